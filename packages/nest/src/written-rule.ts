import { ConfigurationError, type Requirements } from '@verifier/core';
import { type DecoratedMethod, type RouteDecorator, routeDecorator } from './route-decorator.ts';

/** The rule that decorators write on one class or handler: public, or requirements beyond a valid token. */
export type WrittenRule = 'public' | Requirements;

// Names rather than symbols or classes: two copies of this package read each other's decorators.
const ruleKey = '@verifier/nest/rule';
const guardsKey = '__guards__';

/** Marks the guards of this package: a handler with one of them in `@UseGuards` requires a token. */
export const guardMark: unique symbol = Symbol.for('@verifier/nest/guard-class');

/**
 * Writes a rule on a class or a handler, combined with the rules that other decorators wrote there. The rule of a handler
 * is also written under its name, because another decorator may replace the function and lose what is written on it.
 *
 * @throws ConfigurationError if two decorators of one class or handler contradict each other.
 */
export function defineRule(decorator: string, rule: WrittenRule): RouteDecorator {
  return routeDecorator(decorator, (target, method) => {
    const written = readMethodRule(method) ?? readOwn<WrittenRule>(ruleKey, target);
    const combined = written === undefined ? rule : combine(decorator, written, rule);
    Reflect.defineMetadata(ruleKey, combined, target);
    if (method !== undefined) Reflect.defineMetadata(ruleKey, combined, method.prototype, method.name);
  });
}

/** Returns the rule that is written on a class or on a function; undefined if there is none. */
export function readRule(target: object): WrittenRule | undefined {
  return readOwn<WrittenRule>(ruleKey, target) ?? (guardsOf(target).some(isMarked) ? {} : undefined);
}

/** Returns the rule that decorators wrote on a method, also if its function was replaced later. */
export function readMethodRule(method: DecoratedMethod | undefined): WrittenRule | undefined {
  return method && Reflect.getOwnMetadata(ruleKey, method.prototype, method.name);
}

/** Returns the guards of `@UseGuards` on a class or a function itself. */
export function guardsOf(target: object): readonly unknown[] {
  return readOwn<readonly unknown[]>(guardsKey, target) ?? [];
}

/** Returns the guards that Nest runs for a class: those of `@UseGuards` on it and on its base classes. */
export function guardsInherited(classOf: object): readonly unknown[] {
  return Reflect.getMetadata(guardsKey, classOf) ?? [];
}

/** Adds a guard to a class, after those that it inherits, unless it has it. */
export function addClassGuard(classOf: object, guard: unknown): void {
  const guards = guardsInherited(classOf);
  if (!guards.includes(guard)) Reflect.defineMetadata(guardsKey, [...guards, guard], classOf);
}

function readOwn<TValue>(key: string, target: object): TValue | undefined {
  return Reflect.getOwnMetadata(key, target);
}

function combine(decorator: string, written: WrittenRule, rule: WrittenRule): WrittenRule {
  if (written === 'public' || rule === 'public') {
    throw new ConfigurationError(
      `${decorator} contradicts another decorator: a class or handler is either @Public() or requires a token`,
    );
  }
  const twice = Object.keys(rule).find((name) => Object.hasOwn(written, name));
  if (twice === undefined) return { ...written, ...rule };
  throw new ConfigurationError(
    `${decorator} requires ${twice}, and so does another decorator: write both in one decorator`,
  );
}

/** Whether a guard is an `OktaAuthGuard`. */
export function isMarked(guard: unknown): boolean {
  return (typeof guard === 'function' || typeof guard === 'object') && guard !== null && guardMark in guard;
}
