import { ConfigurationError } from '../errors.ts';
import { grantsScope, isScope } from '../token/scope-hierarchy.ts';
import type { VerifiedToken } from '../token/verified-token.ts';

/**
 * Whether a token has a scope, or one that implies it by `scopeImplies`. `VerifiedToken.scopes` lists only what the token
 * says, so that `scopes.includes(name)` does not see implied scopes.
 *
 * @param auth - A verified token; false for an anonymous request.
 * @param name - One scope.
 * @throws ConfigurationError if the name is not one scope that a token can carry.
 *
 * @example
 * ```ts
 * import { hasScope, type VerifiedToken } from '@verifier/core';
 *
 * export const canEdit = (auth: VerifiedToken | null) => hasScope(auth, 'orders:write');
 * ```
 */
export function hasScope(auth: Pick<VerifiedToken, 'scopes'> | null | undefined, name: string): boolean {
  if (!isScope(name)) throw new ConfigurationError("hasScope takes one scope, such as hasScope(auth, 'read:orders')");
  return auth !== null && auth !== undefined && grantsScope(auth.scopes, name);
}
