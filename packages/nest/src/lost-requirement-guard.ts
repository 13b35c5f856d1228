import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { RequirementGuard } from './requirement-guard.ts';
import { resolveRule } from './route-rule.ts';
import { guardsOf } from './written-rule.ts';

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

Injectable()(LostRequirementGuard);
