import { UseGuards } from '@nestjs/common';
import { LostRequirementGuard } from './lost-requirement-guard.ts';
import { RequirementGuard } from './requirement-guard.ts';
import { type RouteDecorator, routeDecorator } from './route-decorator.ts';
import { addClassGuard, isMarked } from './written-rule.ts';

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
