import { type DynamicModule, Inject, Module, Optional } from '@nestjs/common';
import { copyOptions, createOktaGuard, type Guard, type OktaGuardOptions } from '@verifier/core';
import { type AuthModuleClass, configurableModule, validateForRoot } from './configurable-module.ts';
import {
  type AuthModuleAsyncOptions,
  type ModuleExtras,
  type OktaAuthModuleOptions,
  splitSettings,
  validateAsyncOptions,
} from './module-options.ts';
import { guardToken } from './okta-auth-guard.ts';

const configurable: AuthModuleClass<OktaAuthModuleOptions> = configurableModule('OktaAuthModule', (options) =>
  createOktaGuard(splitSettings<OktaGuardOptions>(options).guardOptions),
);

/**
 * Guards the application with access tokens of an Okta authorization server, by {@link OktaAuthGuard}. Closes its verifier
 * when the application shuts down, unless the verifier was passed in.
 *
 * Options: `issuer`, `audience` and the other options of a verifier, or `{ verifier }`; and `global`, `guard`, `warmUp`.
 * Defaults: `OKTA_OAUTH2_ISSUER` and `OKTA_OAUTH2_AUDIENCE` of the environment; then, if the issuer ends in
 * `/oauth2/default`, the audience `api://default`.
 *
 * The application fails to start, with a ConfigurationError, if an option is missing, unknown or not safe, or if two
 * modules would guard the same routes.
 *
 * @example
 * ```ts
 * import { Module } from '@nestjs/common';
 * import { OktaAuthModule } from '@verifier/nest';
 *
 * const auth = OktaAuthModule.forRoot({
 *   issuer: 'https://example.okta.com/oauth2/default',
 *   audience: 'api://default',
 * });
 *
 * export @Module({ imports: [auth] }) class AppModule {}
 * ```
 */
export class OktaAuthModule {
  constructor(guard?: Guard) {
    validateForRoot(guard, 'OktaAuthModule');
  }

  /** The module with fixed options, or with those of the environment. */
  static forRoot(options: OktaAuthModuleOptions & ModuleExtras = {}): DynamicModule {
    return { ...configurable.forRoot({ ...copyOptions(Object(options)) }), module: OktaAuthModule };
  }

  /** The module with options from other providers: `useFactory` with `inject`, `useClass`, `useExisting`. */
  static forRootAsync(options: AuthModuleAsyncOptions<OktaAuthModuleOptions>): DynamicModule {
    validateAsyncOptions(options);
    return { ...configurable.forRootAsync(options), module: OktaAuthModule };
  }
}

Module({})(OktaAuthModule);
Optional()(OktaAuthModule, undefined, 0);
Inject(guardToken)(OktaAuthModule, undefined, 0);
