import { ConfigurationError } from '../errors.ts';
import { denyUncalled } from '../request/deny-uncalled.ts';
import type { AuthenticationRequirement, Requirements } from '../requirements.ts';
import type { Claims } from '../token/verified-token.ts';
import { parseAuthentication } from './parse-authentication.ts';
import { policiesOf } from './policies.ts';
import { resolveOnce, resolveRequirements } from './resolve-requirements.ts';

/**
 * Validates the requirements of a route at set-up, so that its requests need not.
 *
 * @param caller - The name of the route guard, for the error.
 * @returns A frozen copy. Pass it to `authenticate`, `authorize` or `verify` as it is.
 * @throws ConfigurationError if nothing is required, or if a member is unknown, undefined, empty, of the wrong type, or a
 * name that no token can carry.
 *
 * @example
 * ```ts
 * import { accessRequirement, createGuard, type VerifiedToken } from '@verifier/core';
 *
 * const guard = createGuard({ issuer: 'https://login.example.com', audience: 'https://api.example.com' });
 * const requirements = accessRequirement({ scope: 'orders:write', role: 'editor' });
 *
 * export function isAllowed(auth: VerifiedToken | null): boolean {
 *   return guard.authorize(auth, requirements) === undefined;
 * }
 * ```
 */
export function accessRequirement(requirements: Requirements, caller = 'requireAccess'): Requirements {
  validateCalled(requirements, `${caller}({ scope: 'read:orders' })`);
  return resolveOnce(requirements, caller);
}

/**
 * Requires all of these scopes, validated at set-up.
 *
 * @param scopes - One or more scopes: `'read:orders'`, `'read:orders write:orders'`, or an array.
 * @throws ConfigurationError if there is none, or one that no token can carry.
 *
 * @example
 * ```ts
 * import { createGuard, scopeRequirement, type VerifiedToken } from '@verifier/core';
 *
 * const guard = createGuard({ issuer: 'https://login.example.com', audience: 'https://api.example.com' });
 * const requirements = scopeRequirement('orders:read', 'orders:write');
 *
 * export function isAllowed(auth: VerifiedToken | null): boolean {
 *   return guard.authorize(auth, requirements) === undefined;
 * }
 * ```
 */
export function scopeRequirement(...scopes: readonly (string | readonly string[])[]): Requirements {
  validateCalled(scopes[0], "requireScope('read:orders')");
  return resolveOnce({ scope: scopes.flat() }, 'requireScope');
}

/**
 * Requires at least one of these scopes, validated at set-up.
 *
 * @param scopes - One or more scopes: `'read:orders'`, `'read:orders write:orders'`, or an array.
 * @throws ConfigurationError if there is none, or one that no token can carry.
 *
 * @example
 * ```ts
 * import { anyScopeRequirement, createGuard, type VerifiedToken } from '@verifier/core';
 *
 * const guard = createGuard({ issuer: 'https://login.example.com', audience: 'https://api.example.com' });
 * const requirements = anyScopeRequirement('orders:read', 'orders:admin');
 *
 * export function isAllowed(auth: VerifiedToken | null): boolean {
 *   return guard.authorize(auth, requirements) === undefined;
 * }
 * ```
 */
export function anyScopeRequirement(...scopes: readonly (string | readonly string[])[]): Requirements {
  validateCalled(scopes[0], "requireAnyScope('read:orders')");
  return resolveOnce({ anyScope: scopes.flat() }, 'requireAnyScope');
}

/**
 * Requires a login of the user (RFC 9470), validated at set-up. For a route that also requires scopes, write both in
 * {@link accessRequirement}, so that one challenge names both.
 *
 * @param required - The accepted values of `acr`, the greatest age of the login in seconds, or both.
 * @param caller - The name of the route guard, for the error.
 * @throws ConfigurationError if nothing is required, or if a member is unknown, undefined, empty or of the wrong type.
 *
 * @example
 * ```ts
 * import { authenticationRequirement, createGuard, type VerifiedToken } from '@verifier/core';
 *
 * const guard = createGuard({ issuer: 'https://login.example.com', audience: 'https://api.example.com' });
 * const requirements = authenticationRequirement({ acr: 'phr', maxAge: 300 });
 *
 * export function isAllowed(auth: VerifiedToken | null): boolean {
 *   return guard.authorize(auth, requirements) === undefined;
 * }
 * ```
 */
export function authenticationRequirement(
  required: AuthenticationRequirement,
  caller = 'requireAuthentication',
): Requirements {
  validateCalled(required, `${caller}({ maxAge: 300 })`);
  return resolveOnce({ authentication: parseAuthentication(required, caller) }, caller);
}

/**
 * Requires that the verified claims satisfy a predicate.
 *
 * @param predicate - Returns `true`, and nothing else, to grant access.
 * @param caller - The name of the route guard, for the error.
 * @throws ConfigurationError if it is not a function.
 *
 * @example
 * ```ts
 * import { claimsRequirement, createGuard, type VerifiedToken } from '@verifier/core';
 *
 * const guard = createGuard({ issuer: 'https://login.example.com', audience: 'https://api.example.com' });
 * const requirements = claimsRequirement(({ tenant }) => tenant === 'acme');
 *
 * export function isAllowed(auth: VerifiedToken | null): boolean {
 *   return guard.authorize(auth, requirements) === undefined;
 * }
 * ```
 */
export function claimsRequirement(predicate: (claims: Claims) => boolean, caller = 'requireClaims'): Requirements {
  if (typeof predicate === 'function') return resolveOnce({ claims: predicate }, caller);
  validateCalled(predicate, `${caller}((claims) => claims.tenant === 'acme')`);
  throw new ConfigurationError(`${caller} takes a function of the claims that returns true to grant access`);
}

/**
 * Requires what a named policy of the verifier requires, validated at set-up.
 *
 * @param name - A name in the option `policies`.
 * @param verifier - The verifier, if it is known at set-up: an unknown name is then an error now, not for each request.
 * @param caller - The name of the route guard, for the error.
 * @throws ConfigurationError if the name is not text, or if the verifier has no policy of that name.
 *
 * @example
 * ```ts
 * import { createGuard, policyRequirement, type VerifiedToken } from '@verifier/core';
 *
 * const guard = createGuard({
 *   issuer: 'https://login.example.com',
 *   audience: 'https://api.example.com',
 *   policies: { orders: { scope: 'orders:write', role: 'editor' } },
 * });
 * const requirements = policyRequirement('orders', guard.verifier);
 *
 * export function isAllowed(auth: VerifiedToken | null): boolean {
 *   return guard.authorize(auth, requirements) === undefined;
 * }
 * ```
 */
export function policyRequirement(name: string, verifier?: object, caller = 'requirePolicy'): Requirements {
  validateCalled(name, `${caller}('orders')`);
  const requirements = resolveOnce({ policy: name }, caller);
  if (verifier !== undefined) validatePolicy(requirements, verifier, caller);
  return requirements;
}

/**
 * Validates at set-up that a verifier has the policy that requirements name, if they name one.
 *
 * @param caller - The name of the route guard, for the error.
 * @throws ConfigurationError if a member of the requirements is wrong, or if the verifier has no policy of that name.
 *
 * @example
 * ```ts
 * import { accessRequirement, createGuard, validatePolicy } from '@verifier/core';
 *
 * const guard = createGuard({
 *   issuer: 'https://login.example.com',
 *   audience: 'https://api.example.com',
 *   policies: { orders: { scope: 'orders:write' } },
 * });
 * export const requirements = accessRequirement({ policy: 'orders', role: 'editor' });
 * validatePolicy(requirements, guard.verifier);
 * ```
 */
export function validatePolicy(requirements: Requirements, verifier: object, caller = 'requireAccess'): void {
  resolveRequirements(requirements, caller, policiesOf(verifier));
}

function validateCalled(first: unknown, call: string): void {
  const uncalled = denyUncalled(first, call);
  if (uncalled !== undefined) throw uncalled;
}
