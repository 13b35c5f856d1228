import { ConfigurationError } from '@verifier/core';
import type { FastifyInstance } from 'fastify';
import { declaresState } from './request-state.ts';

/** The name of the request decorator unless `decoratorName` is set. */
export const defaultName = 'auth';

const onInstance = [
  'verifier',
  'authenticate',
  'requireScope',
  'requireAnyScope',
  'requireClaims',
  'requireAuthentication',
  'requireAccess',
  'requirePolicy',
];

// The protected scopes and the names of their request decorators, by server: the scopes of one application share it.
const reserved = new WeakMap<object, { readonly scope: FastifyInstance; readonly name: string }[]>();

/** Records that a scope is protected. */
export function reserveName(scope: FastifyInstance, name: string): void {
  reserved.set(scope.server, [...(reserved.get(scope.server) ?? []), { scope, name }]);
}

/** Whether the routes of a scope are protected: the scope itself, or one around it, registered the plugin. */
export function isProtected(scope: FastifyInstance): boolean {
  return declaresState(scope) || (reserved.get(scope.server) ?? []).some((each) => isWithin(scope, each.scope));
}

/** Whether a scope is `outer` or one of its child scopes. The prototype of a scope is the scope around it. */
export function isWithin(scope: FastifyInstance, outer: FastifyInstance): boolean {
  return scope === outer || Object.prototype.isPrototypeOf.call(outer, scope);
}

/** Returns the application of a scope. */
export function rootOf(scope: FastifyInstance): FastifyInstance {
  const around: FastifyInstance = Object.getPrototypeOf(scope);
  return 'addHook' in around ? rootOf(around) : scope;
}

/**
 * Validates, before anything is opened or changed, that a scope is not protected twice and that every name is free.
 *
 * @param decoratorName - Undefined if the option is not set.
 * @throws ConfigurationError with the correction.
 */
export function validateNames(scope: FastifyInstance, decoratorName: string | undefined): void {
  const name = decoratorName ?? defaultName;
  const others = reserved.get(scope.server) ?? [];
  if (others.some((other) => other.name === name && isNested(other.scope, scope))) throw protectedTwice(name);
  const own = decoratorName === undefined ? onInstance : [decoratorName];
  const taken = own.filter((each) => scope.hasDecorator(each)).map((each) => `fastify.${each}`);
  if (scope.hasRequestDecorator(name)) taken.push(`request.${name}`);
  if (taken.length > 0) throw namesTaken(taken);
}

function isNested(one: FastifyInstance, other: FastifyInstance): boolean {
  return isWithin(one, other) || isWithin(other, one);
}

function protectedTwice(name: string): ConfigurationError {
  return new ConfigurationError(
    `oktaAuth or bearerAuth is registered twice as request.${name}: in this scope, and again in the same scope, a parent or a child. Remove one of them; for several issuers, name them in issuers, or register the plugin in sibling scopes`,
  );
}

function namesTaken(names: readonly string[]): ConfigurationError {
  return new ConfigurationError(
    `${names.join(', ')} exists already: choose a name that is free, such as { decoratorName: 'okta' }, and use request.okta and fastify.okta.authenticate`,
  );
}
