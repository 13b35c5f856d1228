import { ConfigurationError, type Requirements } from '@verifier/core';
import { type DecoratedMethod, type RouteDecorator, routeDecorator } from './route-decorator.ts';

/** The rule that decorators write on one class or handler: public, or requirements beyond a valid token. */
export type WrittenRule = 'public' | Requirements;

// Names rather than symbols or classes: two copies of this package read each other's decorators.
const ruleKey = '@verifier/nest/rule';
const methodKey = '@verifier/nest/method';
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

/** Returns the rule that is written on a function, or on one that it delegates to as its prototype. */
export function readFunctionRule(handler: object): WrittenRule | undefined {
  const rule: WrittenRule | undefined = Reflect.getMetadata(ruleKey, handler);
  return rule ?? (guardsInherited(handler).some(isMarked) ? {} : undefined);
}

/**
 * Writes on a function which method it is. Instrumentation such as OpenTelemetry's replaces the function that Nest calls, and
 * copies what is written on it.
 */
export function markMethod(handler: object, name: string): void {
  Reflect.defineMetadata(methodKey, name, handler);
}

/** Returns the name of the method that a function replaces: as it is written, or else as the function is called. */
export function readMethodName(handler: object): string {
  const marked: string | undefined = Reflect.getMetadata(methodKey, handler);
  return marked ?? String(Object(handler).name).replace(/^bound /, '');
}

/** Returns the guards of `@UseGuards` on a class or a function itself. */
export function guardsOf(target: object): readonly unknown[] {
  return readOwn<readonly unknown[]>(guardsKey, target) ?? [];
}

/** Returns the guards that Nest runs for a class or a function: also those of base classes. */
export function guardsInherited(target: object): readonly unknown[] {
  return Reflect.getMetadata(guardsKey, target) ?? [];
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
