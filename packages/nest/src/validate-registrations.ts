import type { ModulesContainer } from '@nestjs/core';
import { ConfigurationError } from '@verifier/core';
import { guardToken } from './auth-guard.ts';

/** One module of the application, as far as it is read here. */
type ContainedModule = ModulesContainer extends ReadonlyMap<string, infer TModule> ? TModule : never;

/**
 * Makes sure that every route is judged by one guard.
 *
 * @throws ConfigurationError where two global modules would both guard all of them, or where it would be left to chance
 * which of two modules a guard belongs to.
 */
export function checkRegistrations(modules: ModulesContainer): void {
  const all = [...modules.values()];
  const registered = all.filter((module) => module.providers.has(guardToken));
  if (registered.filter((module) => module.isGlobal).length > 1) throw registeredTwice('this application');
  const scoped = registered.filter((module) => !module.isGlobal);
  const torn = all.find((module) => scoped.filter((each) => module.imports.has(each)).length > 1);
  if (torn !== undefined) throw registeredTwice(nameOf(torn));
}

function nameOf({ metatype }: ContainedModule): string {
  return metatype?.name ?? 'one module';
}

function registeredTwice(place: string): ConfigurationError {
  return new ConfigurationError(
    `OktaAuthModule or BearerAuthModule is registered twice in ${place}: remove one of them. For more than one issuer, name them in issuers, or register the modules with global: false in different modules`,
  );
}
