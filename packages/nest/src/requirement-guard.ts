import { type CanActivate, type ExecutionContext, Inject, Injectable, Optional, UseGuards } from '@nestjs/common';
import { moduleMissing, OktaAuthGuard } from './okta-auth-guard.ts';
import { type RouteDecorator, routeDecorator } from './route-decorator.ts';
import { resolveRule } from './route-rule.ts';
import { addClassGuard, guardsOf, isMarked } from './written-rule.ts';

/**
 * The guard that decorators with requirements apply to their routes. Delegates to the guard that the module provides,
 * whichever class that is.
 */
export class RequirementGuard implements CanActivate {
  readonly #guard: CanActivate;

  constructor(guard: CanActivate | undefined) {
    if (guard === undefined) throw moduleMissing();
    this.#guard = guard;
  }

  canActivate(context: ExecutionContext): ReturnType<CanActivate['canActivate']> {
    return this.#guard.canActivate(context);
  }
}

/**
 * The guard of handlers that lost the {@link RequirementGuard} of their decorators: another decorator replaced the
 * function, or a derived class overrides it. It is on the class, because neither changes what is written there.
 */
export class LostRequirementGuard extends RequirementGuard {
  override canActivate(context: ExecutionContext): ReturnType<CanActivate['canActivate']> {
    const handler = context.getHandler();
    const { isWrittenOnHandler } = resolveRule(handler, context.getClass());
    return isWrittenOnHandler && !guardsOf(handler).includes(RequirementGuard) ? super.canActivate(context) : true;
  }
}

Injectable()(RequirementGuard);
Optional()(RequirementGuard, undefined, 0);
Inject(OktaAuthGuard)(RequirementGuard, undefined, 0);
Injectable()(LostRequirementGuard);

/** Applies the guard of the module to the routes of a class or to a handler. */
export function guardRequirements(decorator: string): RouteDecorator {
  return routeDecorator(decorator, (target, method) => {
    UseGuards(RequirementGuard)(Object(target));
    const classOf: unknown = method?.prototype.constructor;
    if (typeof classOf === 'function' && classOf.prototype === method?.prototype) {
      addClassGuard(classOf, LostRequirementGuard);
    }
  });
}

/** Whether a guard of `@UseGuards` authenticates requests. */
export function isGuardOfPackage(guard: unknown): boolean {
  return guard === RequirementGuard || guard === LostRequirementGuard || isMarked(guard);
}
