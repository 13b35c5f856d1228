import type { ModulesContainer } from '@nestjs/core';
import { ConfigurationError } from '@verifier/core';
import { type ClassHandler, controllerHandlers } from './class-handlers.ts';
import { isGuardOfPackage } from './guard-requirements.ts';
import { guardToken } from './okta-auth-guard.ts';
import { resolveRule } from './route-rule.ts';
import { guardsInherited, guardsOf, markMethod, readFunctionRule, readMethodName } from './written-rule.ts';

const pathKey = 'path';

/** Marks the handlers of controllers, before Nest registers them as routes. */
export function markHandlers(modules: ModulesContainer): void {
  for (const { handler, name } of controllerHandlers(modules)) {
    if (Reflect.hasMetadata(pathKey, handler)) markMethod(handler, name);
  }
}

/**
 * Validates that Nest calls a guard for each handler of a controller that has requirements.
 *
 * @throws ConfigurationError that names the class and the method.
 */
export function validateHandlers(modules: ModulesContainer): void {
  const isGlobal = [...modules.values()].some((module) => module.isGlobal && module.providers.has(guardToken));
  for (const route of controllerHandlers(modules)) {
    if (!Reflect.hasMetadata(pathKey, route.handler)) continue;
    const { isWrittenOnHandler } = resolveRule(route.handler, route.classOf);
    if (!isWrittenOnHandler) continue;
    if (isReplaced(route)) throw replaced(route);
    if (!isGlobal && !hasGuard(route)) throw unguarded(route);
  }
}

// Nest calls the function of the instance, and reads the guards that are written on it.
function isReplaced({ instance, name, handler }: ClassHandler): boolean {
  const called: unknown = Object.getOwnPropertyDescriptor(Object(instance), name)?.value;
  if (typeof called !== 'function' || called === handler) return false;
  return readMethodName(called) !== name && readFunctionRule(called) === undefined;
}

function hasGuard({ handler, classOf }: ClassHandler): boolean {
  return [...guardsOf(handler), ...guardsInherited(classOf)].some(isGuardOfPackage);
}

function replaced({ classOf, name }: ClassHandler): ConfigurationError {
  return new ConfigurationError(
    `${classOf.name}.${name} has requirements, and the instance of ${classOf.name} replaces the method, so that they are lost: give the function the name ${name}, or do not replace it`,
  );
}

function unguarded({ classOf, name }: ClassHandler): ConfigurationError {
  return new ConfigurationError(
    `${classOf.name}.${name} overrides a method with @UseGuards(OktaAuthGuard), and Nest does not inherit its guard: write @OktaAuth() on ${name}, or @Public() to open it`,
  );
}
