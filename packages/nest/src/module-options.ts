import type { ConfigurableModuleAsyncOptions, Type } from '@nestjs/common';
import { ConfigurationError, type GuardOptions, type OktaGuardOptions } from '@verifier/core';
import { OktaAuthGuard } from './auth-guard.ts';

/** What a module can be told beside what every guard can. */
export interface ModuleSettings {
  /**
   * Has the keys in memory before the application listens, and fails the start where they cannot be had.
   *
   * @default false
   */
  readonly warmUp?: boolean;
}

/** What decides how the module is put together, and so stands outside of what a factory returns. */
export interface ModuleExtras {
  /**
   * `true` guards every route of the application. `false` guards those that name the guard, in modules that import this
   * one; different modules may then trust different issuers.
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

/** What `OktaAuthModule` is made from; the environment fills in what is left out. */
export type OktaAuthModuleOptions = OktaGuardOptions & ModuleSettings;

/** What `BearerAuthModule` is made from. */
export type BearerAuthModuleOptions = GuardOptions & ModuleSettings;

/** A class that can be given as `useClass` or `useExisting`. */
export interface AuthOptionsFactory<TOptions = OktaAuthModuleOptions> {
  createAuthOptions(): TOptions | Promise<TOptions>;
}

/** What `forRootAsync` takes: `useFactory` with `inject`, `useClass` or `useExisting`; and `imports`. */
export type AuthModuleAsyncOptions<TOptions> = ConfigurableModuleAsyncOptions<TOptions, 'createAuthOptions'> &
  ModuleExtras;

/**
 * Checks what stands outside of the options of a guard.
 *
 * @throws ConfigurationError that says what to write instead.
 */
export function checkedExtras({ global = true, guard = OktaAuthGuard }: ModuleExtras): Required<ModuleExtras> {
  if (typeof global !== 'boolean') throw new ConfigurationError('global must be true or false');
  if (guard === OktaAuthGuard || guard.prototype instanceof OktaAuthGuard) return { global, guard };
  throw new ConfigurationError('guard must be a class that extends OktaAuthGuard, such as GqlAuthGuard');
}

/**
 * Makes sure that options come from somewhere.
 *
 * @throws ConfigurationError where nothing says from where.
 */
export function checkedAsyncOptions<TOptions>(
  options: AuthModuleAsyncOptions<TOptions>,
): AuthModuleAsyncOptions<TOptions> {
  if (options?.useFactory ?? options?.useClass ?? options?.useExisting) return options;
  throw new ConfigurationError('forRootAsync takes useFactory, useClass or useExisting: the options come from there');
}

/** The settings of the module, checked, and apart from what is core's. */
export interface SplitOptions<TGuardOptions> {
  readonly warmUp: boolean;
  readonly guardOptions: TGuardOptions;
}

/**
 * Takes the settings of the module out of the options; what is left is core's to check.
 *
 * @throws ConfigurationError for a setting that cannot work.
 */
export function splitSettings<TGuardOptions>(options: TGuardOptions & ModuleSettings): SplitOptions<TGuardOptions> {
  const { warmUp = false, ...guardOptions } = Object(options);
  if (typeof warmUp !== 'boolean') throw new ConfigurationError('warmUp must be true or false');
  for (const name of ['global', 'guard']) {
    if (name in guardOptions) throw new ConfigurationError(`${name} goes beside useFactory, not into what it returns`);
  }
  return { warmUp, guardOptions };
}
