/**
 * Copies options to an object without a prototype, so that a property that other code added to `Object.prototype` is
 * never read as an option. Copies the object's own properties, and those of its classes: an instance may define options
 * as getters or methods. Each getter is called once.
 *
 * @param options - An object, but not an array.
 *
 * @example
 * ```ts
 * import { copyOptions, createGuard, type Guard, type GuardOptions } from '@verifier/core';
 *
 * export function createMyGuard(options: GuardOptions & { readonly isPublic?: boolean }): Guard | undefined {
 *   const { isPublic = false, ...guardOptions } = copyOptions(options);
 *   return isPublic ? undefined : createGuard(guardOptions);
 * }
 * ```
 */
export function copyOptions<TOptions extends object>(options: TOptions): TOptions {
  const copy = Object.create(null);
  for (const name of namesIn(options)) copy[name] = (options as Readonly<Record<string, unknown>>)[name];
  return copy;
}

/** Whether a prototype is `Object.prototype`, also that of another realm, such as the sandbox of a test runner. */
function isRootPrototype(prototype: unknown): boolean {
  return Object.hasOwn(Object(prototype), 'isPrototypeOf');
}

/** Whether a value is an object without a class. An instance, or an object that inherits its members, is none. */
export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || isRootPrototype(prototype);
}

function namesIn(options: object): Set<string> {
  const names = new Set(Object.keys(options));
  let prototype: unknown = Object.getPrototypeOf(options);
  while (prototype !== null && !isRootPrototype(prototype)) {
    for (const name of Object.getOwnPropertyNames(prototype)) if (name !== 'constructor') names.add(name);
    prototype = Object.getPrototypeOf(prototype);
  }
  return names;
}
