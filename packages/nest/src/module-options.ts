import type { ConfigurableModuleAsyncOptions, Type } from '@nestjs/common';
import { ConfigurationError, copyOptions, type GuardOptions, type OktaGuardOptions } from '@verifier/core';
import { OktaAuthGuard } from './okta-auth-guard.ts';

/** Settings of a module, in addition to those that every guard has. */
export interface ModuleSettings {
  /**
   * Fetches the keys before the application listens. Start-up fails if they are unavailable.
   *
   * @default false
   */
  readonly warmUp?: boolean;
}

/** Settings that decide how the module is composed. With `forRootAsync`, they are passed next to the factory. */
export interface ModuleExtras {
  /**
   * `true` guards every route of the application. `false` guards only routes with the guard or a decorator of this package,
   * in modules that import this one; different modules can then trust different issuers.
   *
   * @default true
   */
  global?: boolean;
  /**
   * The guard to use: `GqlAuthGuard` of `@verifier/nest/graphql`, or a class of your own that extends
   * {@link OktaAuthGuard}.
   *
   * @default OktaAuthGuard
   */
  guard?: Type<OktaAuthGuard>;
}

/** Options of `OktaAuthModule`. The environment supplies `issuer` and `audience` if they are absent. */
export type OktaAuthModuleOptions = OktaGuardOptions & ModuleSettings;

/** Options of `BearerAuthModule`. */
export type BearerAuthModuleOptions = GuardOptions & ModuleSettings;

/** A class for `useClass` or `useExisting`. */
export interface AuthOptionsFactory<TOptions = OktaAuthModuleOptions> {
  createAuthOptions(): TOptions | Promise<TOptions>;
}

/** Options of `forRootAsync`: `useFactory` with `inject`, `useClass` or `useExisting`; and `imports`. */
export type AuthModuleAsyncOptions<TOptions> = ConfigurableModuleAsyncOptions<TOptions, 'createAuthOptions'> &
  ModuleExtras;

/**
 * Validates the settings that are not options of a guard, and adds their defaults.
 *
 * @throws ConfigurationError with the correction.
 */
export function parseExtras(extras: ModuleExtras): Required<ModuleExtras> {
  const { global = true, guard = OktaAuthGuard } = copyOptions(extras);
  if (typeof global !== 'boolean') throw new ConfigurationError('global must be true or false');
  if (guard === OktaAuthGuard || guard.prototype instanceof OktaAuthGuard) return { global, guard };
  throw new ConfigurationError('guard must be a class that extends OktaAuthGuard, such as GqlAuthGuard');
}

/**
 * Validates that `forRootAsync` has a source of options.
 *
 * @throws ConfigurationError if it has none.
 */
export function validateAsyncOptions<TOptions>(options: AuthModuleAsyncOptions<TOptions>): void {
  if (options?.useFactory ?? options?.useClass ?? options?.useExisting) return;
  throw new ConfigurationError('forRootAsync takes useFactory, useClass or useExisting: the options come from there');
}

/** The validated settings of the module, and the remaining options, which core validates. */
export interface SplitOptions<TGuardOptions> {
  readonly warmUp: boolean;
  readonly guardOptions: TGuardOptions;
}

/**
 * Separates and validates the settings of the module.
 *
 * @throws ConfigurationError if a setting is wrong.
 */
export function splitSettings<TGuardOptions>(options: TGuardOptions & ModuleSettings): SplitOptions<TGuardOptions> {
  const { warmUp = false, ...guardOptions } = copyOptions(Object(options));
  if (typeof warmUp !== 'boolean') throw new ConfigurationError('warmUp must be true or false');
  for (const name of ['global', 'guard']) {
    if (Object.hasOwn(guardOptions, name))
      throw new ConfigurationError(`${name} belongs next to useFactory, not in the options that it returns`);
  }
  return { warmUp, guardOptions };
}
