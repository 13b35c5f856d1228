import { type CanActivate, type ExecutionContext, Inject, Injectable, Optional } from '@nestjs/common';
import { moduleMissing, OktaAuthGuard } from './okta-auth-guard.ts';

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

Injectable()(RequirementGuard);
Optional()(RequirementGuard, undefined, 0);
Inject(OktaAuthGuard)(RequirementGuard, undefined, 0);
