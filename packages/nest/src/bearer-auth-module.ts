import { type DynamicModule, Inject, Module, Optional } from '@nestjs/common';
import { copyOptions, createGuard, type Guard, type GuardOptions } from '@verifier/core';
import { type AuthModuleClass, configurableModule, validateForRoot } from './configurable-module.ts';
import {
  type AuthModuleAsyncOptions,
  type BearerAuthModuleOptions,
  type ModuleExtras,
  splitSettings,
  validateAsyncOptions,
} from './module-options.ts';
import { guardToken } from './okta-auth-guard.ts';

const configurable: AuthModuleClass<BearerAuthModuleOptions> = configurableModule('BearerAuthModule', (options) =>
  createGuard(splitSettings<GuardOptions>(options).guardOptions),
);

/**
 * {@link OktaAuthModule} for any OAuth 2.0 or OpenID Connect authorization server. Does not read the environment.
 *
 * @example
 * ```ts
 * import { Module } from '@nestjs/common';
 * import { BearerAuthModule } from '@verifier/nest';
 *
 * const auth = BearerAuthModule.forRoot({
 *   issuer: 'https://login.example.com',
 *   audience: 'https://api.example.com',
 * });
 *
 * export @Module({ imports: [auth] }) class AppModule {}
 * ```
 */
export class BearerAuthModule {
  constructor(guard?: Guard) {
    validateForRoot(guard, 'BearerAuthModule');
  }

  /** The module with fixed options. */
  static forRoot(options: BearerAuthModuleOptions & ModuleExtras): DynamicModule {
    return { ...configurable.forRoot({ ...copyOptions(Object(options)) }), module: BearerAuthModule };
  }

  /** The module with options from other providers: `useFactory` with `inject`, `useClass`, `useExisting`. */
  static forRootAsync(options: AuthModuleAsyncOptions<BearerAuthModuleOptions>): DynamicModule {
    validateAsyncOptions(options);
    return { ...configurable.forRootAsync(options), module: BearerAuthModule };
  }
}

Module({})(BearerAuthModule);
Optional()(BearerAuthModule, undefined, 0);
Inject(guardToken)(BearerAuthModule, undefined, 0);
