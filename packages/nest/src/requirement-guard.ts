import { type CanActivate, type ExecutionContext, Inject, Injectable, Optional } from '@nestjs/common';
import { moduleMissing, OktaAuthGuard } from './auth-guard.ts';

/**
 * What the decorators that demand something put before their routes: asks the guard that the module provides, whichever
 * class that is, and has no say of its own.
 */
export class DemandGuard implements CanActivate {
  readonly #guard: CanActivate;

  constructor(guard: CanActivate | undefined) {
    if (guard === undefined) throw moduleMissing();
    this.#guard = guard;
  }

  canActivate(context: ExecutionContext): ReturnType<CanActivate['canActivate']> {
    return this.#guard.canActivate(context);
  }
}

Injectable()(DemandGuard);
Optional()(DemandGuard, undefined, 0);
Inject(OktaAuthGuard)(DemandGuard, undefined, 0);
