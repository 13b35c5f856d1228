import { ConfigurationError, type Requirements } from '@verifier/core';
import { type RouteDecorator, routeDecorator } from './route-decorator.ts';

/** What one class or handler says of itself: open to everyone, or what it demands beyond a valid token. */
export type RouteRule = 'public' | Requirements;

// Names rather than symbols or classes: two copies of this package read each other's decorators.
const ruleKey = '@verifier/nest/rule';
const guardsKey = '__guards__';

/**
 * Marks the guards of this package, so that a handler that names one of them by `@UseGuards` is known to demand a
 * token.
 */
export const guardMark: unique symbol = Symbol.for('@verifier/nest/guard-class');

const rules: WeakMap<object, WeakMap<object, RouteRule>> = new WeakMap();

/**
 * Writes a rule on a class or a handler, together with what other decorators wrote there.
 *
 * @throws ConfigurationError where two decorators of one class or handler contradict each other.
 */
export function defineRule(decorator: string, rule: RouteRule): RouteDecorator {
  return routeDecorator((place) => {
    const written: RouteRule | undefined = Reflect.getOwnMetadata(ruleKey, place);
    Reflect.defineMetadata(ruleKey, written === undefined ? rule : combine(decorator, written, rule), place);
  });
}

/** What a handler demands: what it says itself goes before what its class says, each demand by itself. */
export function ruleOf(handler: object, classOf: object): RouteRule {
  const known = rules.get(handler)?.get(classOf);
  if (known !== undefined) return known;
  const levels = [...lineage(classOf), handler].map(ownRule).filter((rule) => rule !== undefined);
  const rule = levels.reduce(narrow, {});
  const ofHandler = rules.get(handler) ?? new WeakMap();
  rules.set(handler, ofHandler.set(classOf, rule));
  return rule;
}

function combine(decorator: string, written: RouteRule, rule: RouteRule): RouteRule {
  if (written === 'public' || rule === 'public') {
    throw new ConfigurationError(
      `${decorator} stands beside a decorator that says the opposite: a class or handler is either @Public() or demands a token`,
    );
  }
  const twice = Object.keys(rule).find((name) => name in written);
  if (twice === undefined) return { ...written, ...rule };
  throw new ConfigurationError(`${decorator} demands ${twice}, which is demanded already: write both in one decorator`);
}

function narrow(outer: RouteRule, inner: RouteRule): RouteRule {
  if (inner === 'public' || outer === 'public') return inner;
  // Whether anonymous requests may pass is for the innermost to say, so that no demand is lost to what stands outside.
  const { optional: _, ...demands } = outer;
  return { ...demands, ...inner };
}

function ownRule(place: object): RouteRule | undefined {
  const rule: RouteRule | undefined = Reflect.getOwnMetadata(ruleKey, place);
  const guards: readonly unknown[] = Reflect.getOwnMetadata(guardsKey, place) ?? [];
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
