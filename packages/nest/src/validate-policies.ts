import type { ModulesContainer } from '@nestjs/core';
import { ConfigurationError, type Guard, isConfigurationError, validatePolicy } from '@verifier/core';
import type { ClassHandler, ContainedModule } from './class-handlers.ts';
import { guardToken } from './okta-auth-guard.ts';
import { resolveRule } from './route-rule.ts';
import { handlersOf } from './validate-handlers.ts';

/**
 * Validates that the verifier has the policy of each handler that its guard guards.
 *
 * @param isGlobal - Whether the guard guards the handlers of all modules.
 * @throws ConfigurationError that names the class and the method, and the nearest policy.
 */
export function validatePolicies(modules: ModulesContainer, guard: Guard, isGlobal: boolean): void {
  for (const { route } of handlersOf(modules)) {
    if (isGlobal || usesGuard(route.module, guard)) validateHandler(route, guard);
  }
}

function validateHandler({ handler, classOf, name }: ClassHandler, { verifier }: Guard): void {
  const { rule } = resolveRule(handler, classOf);
  if (typeof rule === 'string') return;
  try {
    validatePolicy(rule, verifier);
  } catch (cause) {
    if (!isConfigurationError(cause)) throw cause;
    throw new ConfigurationError(`${classOf.name}.${name}: ${cause.message}`, { cause });
  }
}

function usesGuard(module: ContainedModule, guard: Guard): boolean {
  return [module, ...module.imports].some((each) => each.providers.get(guardToken)?.instance === guard);
}
