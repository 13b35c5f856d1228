import type { ExecutionContext, Type } from '@nestjs/common';
import { ContextIdFactory, type ModuleRef } from '@nestjs/core';

/** The part of a guard that is used. */
interface RouteGuard {
  canActivate(context: ExecutionContext): boolean | Promise<boolean>;
}

/** Returns the guard that a module provides; a promise if the guard is request-scoped. */
export type GuardFinder = (context: ExecutionContext) => RouteGuard | Promise<RouteGuard>;

/** Finds the guard of a module on its first use, when the module and the replacements of a test are complete. */
export function guardFinder(module: ModuleRef, token: Type<RouteGuard>): GuardFinder {
  let found: RouteGuard | undefined;
  return (context) => {
    found ??= findStatic(module, token);
    return found ?? resolveScoped(module, token, context);
  };
}

function findStatic(module: ModuleRef, token: Type<RouteGuard>): RouteGuard | undefined {
  try {
    return module.get(token);
  } catch {
    // Nest has no instance of a request-scoped guard outside of a request.
    return undefined;
  }
}

async function resolveScoped(
  module: ModuleRef,
  token: Type<RouteGuard>,
  context: ExecutionContext,
): Promise<RouteGuard> {
  const request: object = context.switchToHttp().getRequest();
  const contextId = ContextIdFactory.getByRequest(request);
  module.registerRequestByContextId(request, contextId);
  return module.resolve(token, contextId);
}
