import type { ModulesContainer } from '@nestjs/core';
import { ConfigurationError } from '@verifier/core';
import { type ClassHandler, calledHandler, controllerHandlers, providerHandlers } from './class-handlers.ts';
import { isGuardOfPackage } from './guard-requirements.ts';
import { guardToken } from './okta-auth-guard.ts';
import { resolveRule } from './route-rule.ts';
import { guardsInherited, guardsOf, markMethod, readFunctionRule, readMethodName } from './written-rule.ts';

// Metadata of Nest, read by name: not all of its packages need be installed.
const pathKey = 'path';
const gatewayKey = 'websockets:is_gateway';
const controllerKeys = [pathKey, 'microservices:handler_type'];
const providerKeys = [
  'websockets:message_mapping',
  'graphql:resolver_type',
  'graphql:resolve_property',
  'graphql:resolve_reference',
];

/** A handler, and the function whose guards Nest reads. */
export interface GuardedHandler {
  readonly route: ClassHandler;
  readonly called: object;
}

/** Marks the handlers of controllers, before Nest registers them as routes. */
export function markHandlers(modules: ModulesContainer): void {
  for (const { handler, name } of controllerHandlers(modules)) {
    if (Reflect.hasMetadata(pathKey, handler)) markMethod(handler, name);
  }
}

/**
 * Validates that Nest calls a guard for each handler of a controller, resolver or gateway that has requirements, and that
 * `handleConnection`, for which it calls none, has no requirements.
 *
 * @throws ConfigurationError that names the class and the method.
 */
export function validateHandlers(modules: ModulesContainer): void {
  const isGlobal = [...modules.values()].some((module) => module.isGlobal && module.providers.has(guardToken));
  for (const guarded of handlersOf(modules)) {
    const { route } = guarded;
    if (!resolveRule(route.handler, route.classOf).isWrittenOnHandler) continue;
    if (isReplaced(guarded)) throw replaced(route);
    if (!isGlobal && !hasGuard(guarded)) throw unguarded(route);
  }
  const ignored = [...modules.values()].flatMap(providerHandlers).find(isGuardedConnection);
  if (ignored !== undefined) throw connectionUnguarded(ignored);
}

// Nest calls no guard for the connection itself.
function isGuardedConnection({ name, handler, classOf }: ClassHandler): boolean {
  const isConnection = name === 'handleConnection' && Reflect.hasMetadata(gatewayKey, classOf);
  return isConnection && resolveRule(handler, classOf).isWrittenOnHandler;
}

/** Returns the handlers of routes, messages and resolvers. */
export function handlersOf(modules: ModulesContainer): GuardedHandler[] {
  const ofControllers = controllerHandlers(modules).filter(({ handler }) => hasOneOf(controllerKeys, handler));
  const ofProviders = [...modules.values()]
    .flatMap(providerHandlers)
    .filter(({ handler }) => hasOneOf(providerKeys, handler));
  return [
    ...ofControllers.map((route) => ({ route, called: calledHandler(route) })),
    ...ofProviders.map((route) => ({ route, called: route.handler })),
  ];
}

function hasOneOf(keys: readonly string[], handler: object): boolean {
  return keys.some((key) => Reflect.hasMetadata(key, handler));
}

function isReplaced({ route: { name, handler }, called }: GuardedHandler): boolean {
  return called !== handler && readMethodName(called) !== name && readFunctionRule(called) === undefined;
}

function hasGuard({ route: { classOf }, called }: GuardedHandler): boolean {
  return [...guardsOf(called), ...guardsInherited(classOf)].some(isGuardOfPackage);
}

function replaced({ classOf, name }: ClassHandler): ConfigurationError {
  return new ConfigurationError(
    `${classOf.name}.${name} has requirements, and the instance of ${classOf.name} replaces the method, so that they are lost: give the function the name ${name}, or do not replace it`,
  );
}

function connectionUnguarded({ classOf, name }: ClassHandler): ConfigurationError {
  return new ConfigurationError(
    `${classOf.name}.${name} has requirements, and Nest calls no guard for it: call authenticateConnections(server, requirements) of WsAuthGuard in afterInit(server)`,
  );
}

function unguarded({ classOf, name }: ClassHandler): ConfigurationError {
  return new ConfigurationError(
    `${classOf.name}.${name} overrides or replaces a method with @UseGuards, and Nest does not inherit its guard: write the guard on the class ${classOf.name} or again on ${name}, or write @Public() to open it`,
  );
}
