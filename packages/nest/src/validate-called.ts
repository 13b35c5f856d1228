import { ConfigurationError } from '@verifier/core';

/**
 * Validates that a decorator was called: `@Public()` and not `@Public`, which would decorate nothing.
 *
 * @param first - The first argument: options, or the class or prototype that the decorator was written on.
 * @param call - The call that the application must write.
 * @throws ConfigurationError if it was not called.
 */
export function validateCalled(first: unknown, call: string): void {
  const isTarget = typeof first === 'function' ? isClass(first) : Object.hasOwn(Object(first), 'constructor');
  if (isTarget) throw new ConfigurationError(`${call.replace(/\(.*$/, '')} is no decorator: call it, as in ${call}`);
}

function isClass(value: object): boolean {
  return /^class\b/.test(Function.prototype.toString.call(value));
}
