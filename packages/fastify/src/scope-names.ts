import { ConfigurationError } from '@verifier/core';
import type { FastifyInstance } from 'fastify';

/** The name that the token is attached under where no other was chosen. */
export const defaultName = 'auth';

const onInstance = ['verifier', 'authenticate', 'requireScope', 'requireAnyScope', 'requireClaims', 'requireAccess'];

// By server, since the scopes of one application share it: the scopes that are protected, and under which name.
const occupied = new WeakMap<object, { readonly scope: FastifyInstance; readonly name: string }[]>();

/** Remembers that a scope is protected. */
export function occupy(scope: FastifyInstance, name: string): void {
  occupied.set(scope.server, [...(occupied.get(scope.server) ?? []), { scope, name }]);
}

/**
 * Makes sure that a scope is not protected twice, and that every name is free, before anything is opened or changed.
 *
 * @param decoratorName - Undefined where none was chosen.
 * @throws ConfigurationError that says what to do about it.
 */
export function assertFree(scope: FastifyInstance, decoratorName: string | undefined): void {
  const name = decoratorName ?? defaultName;
  const others = occupied.get(scope.server) ?? [];
  if (others.some((other) => other.name === name && isNested(other.scope, scope))) throw protectedTwice(name);
  const own = decoratorName === undefined ? onInstance : [decoratorName];
  const taken = own.filter((each) => scope.hasDecorator(each)).map((each) => `fastify.${each}`);
  if (scope.hasRequestDecorator(name)) taken.push(`request.${name}`);
  if (taken.length > 0) throw namesTaken(taken);
}

// The prototype of a scope is the scope around it.
function isNested(one: FastifyInstance, other: FastifyInstance): boolean {
  const isAround = Object.prototype.isPrototypeOf;
  return one === other || isAround.call(one, other) || isAround.call(other, one);
}

function protectedTwice(name: string): ConfigurationError {
  return new ConfigurationError(
    `oktaAuth or bearerAuth is registered twice as request.${name}: in this scope and in the same one, one around it, or one inside it. Remove one of them; for several issuers, name them in issuers, or register the plugin in sibling scopes`,
  );
}

function namesTaken(names: readonly string[]): ConfigurationError {
  return new ConfigurationError(
    `${names.join(', ')} exists already: choose a name that is free, such as { decoratorName: 'okta' }, and use request.okta and fastify.okta.authenticate`,
  );
}
