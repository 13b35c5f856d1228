import { accessRequirement, ConfigurationError, type Requirements } from '@verifier/core';
import { type RouteDecorator, routeDecorator } from './route-decorator.ts';

/** The rule that decorators write on one class or handler: public, or requirements beyond a valid token. */
export type WrittenRule = 'public' | Requirements;

/** The rule of a route, from its handler and its class: public, any valid token, or requirements. */
export type RouteRule = 'public' | 'token' | Requirements;

// Names rather than symbols or classes: two copies of this package read each other's decorators.
const ruleKey = '@verifier/nest/rule';
const guardsKey = '__guards__';

/** Marks the guards of this package: a handler with one of them in `@UseGuards` requires a token. */
export const guardMark: unique symbol = Symbol.for('@verifier/nest/guard-class');

const rules: WeakMap<object, WeakMap<object, RouteRule>> = new WeakMap();

/**
 * Writes a rule on a class or a handler, combined with the rules that other decorators wrote there.
 *
 * @throws ConfigurationError if two decorators of one class or handler contradict each other.
 */
export function defineRule(decorator: string, rule: WrittenRule): RouteDecorator {
  return routeDecorator((target) => {
    const written: WrittenRule | undefined = Reflect.getOwnMetadata(ruleKey, target);
    Reflect.defineMetadata(ruleKey, written === undefined ? rule : combine(decorator, written, rule), target);
  });
}

/** Returns the rule of a route. Each requirement of the handler overrides the one of the same name of the class. */
export function ruleOf(handler: object, classOf: object): RouteRule {
  const known = rules.get(handler)?.get(classOf);
  if (known !== undefined) return known;
  const levels = [...lineage(classOf), handler].map(ownRule).filter((rule) => rule !== undefined);
  const rule = resolveRule(levels.reduce(narrow, {}));
  const ofHandler = rules.get(handler) ?? new WeakMap();
  rules.set(handler, ofHandler.set(classOf, rule));
  return rule;
}

// Merging makes a new object, which would otherwise be validated on every request.
function resolveRule(rule: WrittenRule): RouteRule {
  if (rule === 'public') return rule;
  return Object.keys(rule).length === 0 ? 'token' : accessRequirement(rule);
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

function narrow(outer: WrittenRule, inner: WrittenRule): WrittenRule {
  if (inner === 'public' || outer === 'public') return inner;
  // Only the innermost level decides about anonymous requests, so that an outer `optional` does not weaken its requirements.
  const { optional: _, ...required } = outer;
  return { ...required, ...inner };
}

function ownRule(target: object): WrittenRule | undefined {
  const rule: WrittenRule | undefined = Reflect.getOwnMetadata(ruleKey, target);
  const guards: readonly unknown[] = Reflect.getOwnMetadata(guardsKey, target) ?? [];
  return rule ?? (guards.some(isMarked) ? {} : undefined);
}

function isMarked(guard: unknown): boolean {
  return (typeof guard === 'function' || typeof guard === 'object') && guard !== null && guardMark in guard;
}

// From the first ancestor to the class itself.
function lineage(classOf: object): object[] {
  const parent: object | null = Object.getPrototypeOf(classOf);
  return parent === null || parent === Function.prototype ? [classOf] : [...lineage(parent), classOf];
}
