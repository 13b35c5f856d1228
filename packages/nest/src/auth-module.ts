import {
  ConfigurableModuleBuilder,
  type ConfigurableModuleCls,
  type DynamicModule,
  Inject,
  Module,
  Optional,
  type Provider,
} from '@nestjs/common';
import { APP_GUARD, HttpAdapterHost, ModuleRef, ModulesContainer } from '@nestjs/core';
import {
  ConfigurationError,
  copyOptions,
  createGuard,
  createOktaGuard,
  type Guard,
  type GuardOptions,
  type OktaGuardOptions,
} from '@verifier/core';
import { createGuardFinder, type GuardFinder } from './guard-finder.ts';
import { GuardLifetime } from './guard-lifetime.ts';
import {
  type AuthModuleAsyncOptions,
  type BearerAuthModuleOptions,
  type ModuleExtras,
  type ModuleSettings,
  type OktaAuthModuleOptions,
  parseExtras,
  splitSettings,
  validateAsyncOptions,
} from './module-options.ts';
import { guardFinderToken, guardToken, OktaAuthGuard } from './okta-auth-guard.ts';
import { validateFieldResolvers } from './validate-field-resolvers.ts';
import { markHandlers, validateHandlers } from './validate-handlers.ts';
import { validateMessageHandlers } from './validate-message-handlers.ts';
import { validateRegistrations } from './validate-registrations.ts';

type AuthModuleClass<TOptions> = ConfigurableModuleCls<TOptions, 'forRoot', 'createAuthOptions', ModuleExtras>;

const optionsToken = Symbol('@verifier/nest/options');

const oktaModule: AuthModuleClass<OktaAuthModuleOptions> = moduleClass((options) =>
  createOktaGuard(splitSettings<OktaGuardOptions>(options).guardOptions),
);

const bearerModule: AuthModuleClass<BearerAuthModuleOptions> = moduleClass((options) =>
  createGuard(splitSettings<GuardOptions>(options).guardOptions),
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
    return { ...oktaModule.forRoot({ ...copyOptions(Object(options)) }), module: OktaAuthModule };
  }

  /** The module with options from other providers: `useFactory` with `inject`, `useClass`, `useExisting`. */
  static forRootAsync(options: AuthModuleAsyncOptions<OktaAuthModuleOptions>): DynamicModule {
    validateAsyncOptions(options);
    return { ...oktaModule.forRootAsync(options), module: OktaAuthModule };
  }
}

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
    return { ...bearerModule.forRoot({ ...copyOptions(Object(options)) }), module: BearerAuthModule };
  }

  /** The module with options from other providers: `useFactory` with `inject`, `useClass`, `useExisting`. */
  static forRootAsync(options: AuthModuleAsyncOptions<BearerAuthModuleOptions>): DynamicModule {
    validateAsyncOptions(options);
    return { ...bearerModule.forRootAsync(options), module: BearerAuthModule };
  }
}

for (const module of [OktaAuthModule, BearerAuthModule]) {
  Module({})(module);
  Optional()(module, undefined, 0);
  Inject(guardToken)(module, undefined, 0);
}

function moduleClass<TOptions extends ModuleSettings>(
  guardOf: (options: TOptions) => Guard,
): AuthModuleClass<TOptions> {
  const builder = new ConfigurableModuleBuilder<TOptions>({ optionsInjectionToken: optionsToken })
    .setClassMethodName('forRoot')
    .setFactoryMethodName('createAuthOptions')
    .setExtras<ModuleExtras>({ global: true, guard: OktaAuthGuard }, (definition, extras) => {
      const { global, guard } = parseExtras(extras);
      const providers = [...(definition.providers ?? []), ...guardProviders(guardOf, { global, guard })];
      return { ...definition, global, providers, exports: [guardToken, guardFinderToken, OktaAuthGuard] };
    });
  return builder.build().ConfigurableModuleClass;
}

function guardProviders<TOptions extends ModuleSettings>(
  guardOf: (options: TOptions) => Guard,
  { global, guard }: Required<ModuleExtras>,
): Provider[] {
  const validateModules = (modules: ModulesContainer, host: HttpAdapterHost): void => {
    validateRegistrations(modules);
    if (global) validateMessageHandlers({ modules, host, guard });
  };
  const openGuard = (options: TOptions, modules: ModulesContainer, host: HttpAdapterHost): Guard => {
    // At creation: a hybrid application may receive messages before it is initialized.
    validateModules(modules, host);
    markHandlers(modules);
    return guardOf(options);
  };
  const validate = (modules: ModulesContainer, host: HttpAdapterHost): void => {
    // A testing module has its HTTP adapter only when it is initialized.
    validateModules(modules, host);
    validateHandlers(modules);
    validateFieldResolvers(modules);
  };
  const toLifetime = (opened: Guard, options: TOptions, ...parts: Parameters<typeof validate>): GuardLifetime =>
    new GuardLifetime(opened, splitSettings(options).warmUp, () => validate(...parts));
  const toFinder = (module: ModuleRef): GuardFinder => createGuardFinder(module, OktaAuthGuard);
  const parts = [ModulesContainer, HttpAdapterHost];
  return [
    { provide: guardToken, useFactory: openGuard, inject: [optionsToken, ...parts] },
    { provide: GuardLifetime, useFactory: toLifetime, inject: [guardToken, optionsToken, ...parts] },
    { provide: guardFinderToken, useFactory: toFinder, inject: [ModuleRef] },
    { provide: OktaAuthGuard, useClass: guard },
    // By reference: `overrideProvider(OktaAuthGuard)` in a test then replaces the global guard too.
    ...(global ? [{ provide: APP_GUARD, useExisting: OktaAuthGuard }] : []),
  ];
}

function validateForRoot(guard: Guard | undefined, name: string): void {
  if (guard !== undefined) return;
  throw new ConfigurationError(`${name} has no options: import ${name}.forRoot({ issuer, audience }) instead`);
}
