import { isDeepStrictEqual } from 'node:util';
import type { CanActivate } from '@nestjs/common';
import type { ModulesContainer } from '@nestjs/core';
import type { ClassHandler, ContainedModule } from './class-handlers.ts';
import { LostRequirementGuard } from './lost-requirement-guard.ts';
import { guardToken, OktaAuthGuard } from './okta-auth-guard.ts';
import { RequirementGuard } from './requirement-guard.ts';
import { resolveRule } from './route-rule.ts';

// Nest copies the metadata of a method to the function that it registers as a route, and on Fastify this one to the
// configuration of the route.
const routesKey = Symbol.for('@verifier/nest/routes');
const fastifyConfigKey = '__fastify_route_config__';

/** Routes that one request may reach: one, unless several controllers inherit the method. */
export type MarkedRoutes = readonly ClassHandler[];

/** Marks the methods of controllers, so that a route of the platform shows which ones it calls. */
export function markRoutes(routes: readonly ClassHandler[]): void {
  for (const [handler, marked] of Map.groupBy(routes, (route) => route.handler)) {
    Reflect.defineMetadata(routesKey, marked, handler);
    const config: object | undefined = Reflect.getMetadata(fastifyConfigKey, handler);
    Reflect.defineMetadata(fastifyConfigKey, { ...config, [routesKey]: marked }, handler);
  }
}

/** Returns the methods that a route of Express calls; undefined if Nest did not register it. */
export function readExpressRoutes(handler: unknown): MarkedRoutes | undefined {
  return typeof handler === 'function' ? Reflect.getMetadata(routesKey, handler) : undefined;
}

/** Returns the methods that a route of Fastify calls; undefined if Nest did not register it. */
export function readFastifyRoutes(config: object | undefined): MarkedRoutes | undefined {
  return config && Reflect.get(config, routesKey);
}

/** Returns the one guard of all routes; undefined if they have none, or not the same with the same requirements. */
export function guardOfAll(routes: MarkedRoutes, modules: ModulesContainer): CanActivate | undefined {
  const [first, ...others] = routes;
  if (first === undefined) return undefined;
  const guard = guardOf(first, modules);
  if (guard === undefined || !others.every((each) => guardOf(each, modules) === guard)) return undefined;
  const { rule } = resolveRule(first.handler, first.classOf);
  const isSame = others.every((each) => isDeepStrictEqual(resolveRule(each.handler, each.classOf).rule, rule));
  return isSame && rule !== 'public' ? guard : undefined;
}

function guardOf({ handler, classOf, module }: ClassHandler, modules: ModulesContainer): CanActivate | undefined {
  const global = [...modules.values()].find((each) => each.isGlobal && each.providers.has(guardToken));
  if (global !== undefined) return instanceIn(global.providers, OktaAuthGuard);
  if (!resolveRule(handler, classOf).isWritten) return undefined;
  const classes = [RequirementGuard, LostRequirementGuard, OktaAuthGuard];
  return classes.map((each) => instanceIn(module.injectables, each)).find((guard) => guard !== undefined);
}

function instanceIn(
  wrappers: ContainedModule['injectables'],
  token: typeof OktaAuthGuard | typeof RequirementGuard,
): CanActivate | undefined {
  const wrapper = wrappers.get(token);
  const instance: unknown = wrapper?.isDependencyTreeStatic() === true ? wrapper.instance : undefined;
  return isGuard(instance) ? instance : undefined;
}

function isGuard(instance: unknown): instance is CanActivate {
  return typeof Object(instance).canActivate === 'function';
}
