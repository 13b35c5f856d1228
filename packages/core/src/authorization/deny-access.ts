import { type AnyAuthError, CredentialsMissingError, ScopeError } from '../errors.ts';
import { nameScheme } from '../request/error-scheme.ts';
import { grantsScope } from '../token/scope-hierarchy.ts';
import type { VerifiedToken } from '../token/verified-token.ts';
import { denyAuthentication } from './deny-authentication.ts';
import type { RequiredNames, ResolvedRequirements } from './resolved-requirements.ts';

/**
 * Authorizes a request: compares its verified token with the requirements of the route.
 *
 * @param auth - Null for an anonymous request.
 * @returns The error to answer with, or undefined if access is granted.
 * @throws whatever the `claims` predicate throws.
 */
export function denyAccess(auth: VerifiedToken | null, requirements: ResolvedRequirements): AnyAuthError | undefined {
  if (auth === null) return requirements.optional === true ? undefined : new CredentialsMissingError();
  const denied = denyToken(auth, requirements);
  return denied !== undefined && auth.scheme === 'DPoP' ? nameScheme(denied) : denied;
}

function denyToken(auth: VerifiedToken, requirements: ResolvedRequirements): AnyAuthError | undefined {
  const { authentication, required: all, claims } = requirements;
  // First: a client that obtains a token of another login can also request the scopes.
  const denied = authentication && denyAuthentication(auth, authentication, scopesIn(requirements));
  if (denied !== undefined) return denied;
  for (const required of all) if (!hasNames(auth, required)) return insufficientNames(required);
  if (claims === undefined || claims(auth.claims) === true) return undefined;
  return new ScopeError(
    'ERR_CLAIMS_INSUFFICIENT',
    'The claims of the token do not meet the requirements of this route',
  );
}

/**
 * Whether a request without credentials is accepted as anonymous. The default of the verifier applies only to a route without
 * requirements: an anonymous request never meets one, unless the route itself sets `optional`.
 */
export function isAnonymousAllowed({ optional, isRequiring }: ResolvedRequirements, byDefault: boolean): boolean {
  return optional ?? (byDefault && !isRequiring);
}

function scopesIn({ required }: ResolvedRequirements): readonly string[] {
  return [...new Set(required.filter(({ kind }) => kind === 'scope').flatMap(({ names }) => names))];
}

function hasNames(auth: VerifiedToken, { property, names, isAny }: RequiredNames): boolean {
  const granted = auth[property];
  const isGranted = (name: string): boolean =>
    property === 'scopes' ? grantsScope(granted, name) : granted.includes(name);
  return isAny ? names.some(isGranted) : names.every(isGranted);
}

function insufficientNames({ kind, names }: RequiredNames): ScopeError {
  const message = `The token does not have a ${kind} that this route requires`;
  return kind === 'scope'
    ? new ScopeError('ERR_SCOPE_INSUFFICIENT', message, names)
    : new ScopeError('ERR_CLAIMS_INSUFFICIENT', message);
}
