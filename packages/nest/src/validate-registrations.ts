import type { ModulesContainer } from '@nestjs/core';
import { ConfigurationError } from '@verifier/core';
import type { ContainedModule } from './class-handlers.ts';
import { guardToken } from './okta-auth-guard.ts';

/**
 * Validates that every route has one guard.
 *
 * @throws ConfigurationError if two global modules would guard the same routes, or if a module imports two registrations,
 * of which Nest would pick one.
 */
export function validateRegistrations(modules: ModulesContainer): void {
  const all = [...modules.values()];
  const registered = all.filter((module) => module.providers.has(guardToken));
  if (registered.filter((module) => module.isGlobal).length > 1) throw registeredTwice('this application');
  const scoped = registered.filter((module) => !module.isGlobal);
  const ambiguous = all.find((module) => scoped.filter((each) => module.imports.has(each)).length > 1);
  if (ambiguous !== undefined) throw registeredTwice(nameOf(ambiguous));
}

function nameOf({ metatype }: ContainedModule): string {
  return metatype?.name ?? 'one module';
}

function registeredTwice(place: string): ConfigurationError {
  return new ConfigurationError(
    `OktaAuthModule or BearerAuthModule is registered twice in ${place}: remove one of them. For more than one issuer, name them in issuers, or register the modules with global: false in different modules`,
  );
}
