import { ConfigurableModuleBuilder, type ConfigurableModuleCls, type Provider } from '@nestjs/common';
import { APP_GUARD, HttpAdapterHost, ModuleRef, ModulesContainer } from '@nestjs/core';
import { ConfigurationError, type Guard, isConfigurationError } from '@verifier/core';
import { type GuardFinder, guardFinder } from './guard-finder.ts';
import { GuardLifetime } from './guard-lifetime.ts';
import { type ModuleExtras, type ModuleSettings, parseExtras, splitSettings } from './module-options.ts';
import { guardFinderToken, guardToken, OktaAuthGuard } from './okta-auth-guard.ts';
import { showSecurity } from './openapi-security.ts';
import { serveMetadata } from './serve-metadata.ts';
import { validateFieldResolvers } from './validate-field-resolvers.ts';
import { markHandlers, validateHandlers } from './validate-handlers.ts';
import { validateMessageHandlers } from './validate-message-handlers.ts';
import { validatePolicies } from './validate-policies.ts';
import { validateRegistrations } from './validate-registrations.ts';

/** The configurable part of a module. */
export type AuthModuleClass<TOptions> = ConfigurableModuleCls<TOptions, 'forRoot', 'createAuthOptions', ModuleExtras>;

const optionsToken = Symbol('@verifier/nest/options');

/** Builds the configurable part of a module: the guard of its options, and the validation at start-up. */
export function configurableModule<TOptions extends ModuleSettings>(
  name: string,
  createGuard: (options: TOptions) => Guard,
): AuthModuleClass<TOptions> {
  const guardOf = (options: TOptions): Guard => nameModule(name, () => createGuard(options));
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
    const opened = guardOf(options);
    showSecurity(modules, opened, global);
    serveMetadata(host, opened.verifier);
    return opened;
  };
  const validate = (opened: Guard, modules: ModulesContainer, host: HttpAdapterHost): void => {
    // A testing module has its HTTP adapter only when it is initialized.
    validateModules(modules, host);
    validateHandlers(modules);
    validateFieldResolvers(modules);
    validatePolicies(modules, opened, global);
  };
  const toLifetime = (opened: Guard, options: TOptions, ...parts: Parameters<typeof validateModules>): GuardLifetime =>
    new GuardLifetime(opened, splitSettings(options).warmUp, () => validate(opened, ...parts));
  const toFinder = (module: ModuleRef): GuardFinder => guardFinder(module, OktaAuthGuard);
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

// Names the place where an application of Nest writes options.
function nameModule(name: string, create: () => Guard): Guard {
  try {
    return create();
  } catch (cause) {
    if (!isConfigurationError(cause)) throw cause;
    throw new ConfigurationError(`${name}.forRoot: ${cause.message}`, { cause });
  }
}

/** @throws ConfigurationError if a module was imported without options. */
export function validateForRoot(guard: Guard | undefined, name: string): void {
  if (guard !== undefined) return;
  throw new ConfigurationError(`${name} has no options: import ${name}.forRoot({ issuer, audience }) instead`);
}
