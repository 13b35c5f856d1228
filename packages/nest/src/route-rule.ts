import { accessRequirement, ConfigurationError, type Requirements } from '@verifier/core';
import { readFunctionRule, readMethodName, readMethodRule, readRule, type WrittenRule } from './written-rule.ts';

/** The rule of a route, from its handler and its class: public, any valid token, or requirements. */
export type RouteRule = 'public' | 'token' | Requirements;

/** A rule, and which of its parts are written down. */
export interface ResolvedRule {
  readonly rule: RouteRule;
  /** Whether a decorator of the handler, or of a method that it overrides, has requirements. */
  readonly isWrittenOnHandler: boolean;
  /** Whether a decorator of the handler or of its class has requirements. */
  readonly isWritten: boolean;
  /** Whether a decorator of the handler or of its class denies anonymous requests. */
  readonly isTokenRequired: boolean;
}

const rules: WeakMap<object, WeakMap<object, ResolvedRule>> = new WeakMap();

/**
 * Returns the rule of a route. Each requirement of the handler overrides the one of the same name of the class. An override
 * in a derived class keeps the requirements of the method that it overrides, unless it has its own. What lets requests
 * through without a token, such as `@Public()`, is inherited from neither a base class nor an overridden method.
 *
 * @throws ConfigurationError if methods of the class have requirements, and the handler cannot be recognized as one.
 */
export function ruleOf(handler: object, classOf: object): RouteRule {
  return resolveRule(handler, classOf).rule;
}

/** Returns the rule of a route, as {@link ruleOf} does, and where it is written. */
export function resolveRule(handler: object, classOf: object): ResolvedRule {
  const known = rules.get(handler)?.get(classOf);
  if (known !== undefined) return known;
  const resolved = resolveLevels(classRules(classOf), handlerRules(handler, classOf));
  const ofHandler = rules.get(handler) ?? new WeakMap();
  rules.set(handler, ofHandler.set(classOf, resolved));
  return resolved;
}

/** Returns the prototypes of a class, from the first ancestor to its own. */
export function prototypesOf(classOf: object): object[] {
  return chainOf(readPrototype(classOf), Object.prototype);
}

function resolveLevels(ofClass: readonly WrittenRule[], ofHandler: readonly WrittenRule[]): ResolvedRule {
  const rule = [...ofClass, ...ofHandler].reduce(narrow, {});
  const isPublic = rule === 'public';
  const isWritten = ofClass.length + ofHandler.length > 0;
  return {
    rule: isPublic ? 'public' : validateOnce(rule),
    isWrittenOnHandler: !isPublic && ofHandler.length > 0,
    isWritten: !isPublic && isWritten,
    isTokenRequired: !isPublic && isWritten && !isOptional(rule),
  };
}

// Merging makes a new object, which would otherwise be validated on every request.
function validateOnce(rule: Requirements): RouteRule {
  return Object.keys(rule).length === 0 ? 'token' : accessRequirement(rule);
}

function narrow(outer: WrittenRule, inner: WrittenRule): WrittenRule {
  if (inner === 'public' || outer === 'public') return inner;
  // Only the innermost level decides about anonymous requests, so that an outer `optional` does not weaken its requirements.
  return { ...required(outer), ...inner };
}

function required({ optional: _, ...requirements }: Requirements): Requirements {
  return requirements;
}

function classRules(classOf: object): WrittenRule[] {
  return inherit(chainOf(classOf, Function.prototype).map(readRule));
}

// Not from Object.prototype: an override would lose its guard, and the field of a resolver its error at start-up.
function isOptional(rule: Requirements): boolean {
  return Object.hasOwn(rule, 'optional') && rule.optional === true;
}

function handlerRules(handler: object, classOf: object): WrittenRule[] {
  const prototypes = prototypesOf(classOf);
  const names = namesOf(handler, prototypes);
  if (names.length > 0) return names.flatMap((name) => inherit(methodRules(prototypes, name)));
  const own = readFunctionRule(handler);
  if (own === undefined && prototypes.some(hasMethodRule)) throw handlerUnknown(handler, classOf);
  return own === undefined ? [] : [own];
}

// The rules of the overridden methods, and as the last one that of the method itself.
function methodRules(prototypes: readonly object[], name: string | symbol): (WrittenRule | undefined)[] {
  return prototypes.flatMap((prototype) => {
    const value: unknown = Object.getOwnPropertyDescriptor(prototype, name)?.value;
    return typeof value === 'function' ? [readMethodRule({ prototype, name }) ?? readRule(value)] : [];
  });
}

// Only the last level, the class or method itself, may let requests through without a token.
function inherit(levels: readonly (WrittenRule | undefined)[]): WrittenRule[] {
  const last = levels.at(-1);
  return [...levels.slice(0, -1).map(inherited), last].filter((rule) => rule !== undefined);
}

function inherited(rule: WrittenRule | undefined): WrittenRule | undefined {
  if (rule === undefined || rule === 'public') return undefined;
  const requirements = required(rule);
  return isOptional(rule) && Object.keys(requirements).length === 0 ? undefined : requirements;
}

function namesOf(handler: object, prototypes: readonly object[]): (string | symbol)[] {
  const prototype = prototypes.at(-1);
  const all = new Set(prototypes.flatMap((each) => Reflect.ownKeys(each)));
  all.delete('constructor');
  const names = [...all].filter((name) => readValue(prototype, name) === handler);
  if (names.length > 0) return names;
  const replaced = readMethodName(handler);
  return all.has(replaced) ? [replaced] : [];
}

function hasMethodRule(prototype: object): boolean {
  return Reflect.ownKeys(prototype).some((name) => readMethodRule({ prototype, name }) !== undefined);
}

// Getters of a controller are not called: their values belong to an instance.
function readValue(prototype: object | undefined, name: string | symbol): unknown {
  for (let each: object | null = prototype ?? null; each !== null; each = Object.getPrototypeOf(each)) {
    const descriptor = Object.getOwnPropertyDescriptor(each, name);
    if (descriptor !== undefined) return descriptor.value;
  }
  return undefined;
}

function readPrototype(classOf: object): object | null {
  return typeof classOf === 'function' ? classOf.prototype : null;
}

function chainOf(last: object | null | undefined, end: object): object[] {
  if (last === null || last === undefined || last === end) return [];
  return [...chainOf(Object.getPrototypeOf(last), end), last];
}

function handlerUnknown(handler: object, classOf: object): ConfigurationError {
  return new ConfigurationError(
    `${Object(classOf).name} has a handler that is none of its methods, so that its requirements are not known: ${Object(handler).name || 'a function'} replaces it; give it the name of the method`,
  );
}
