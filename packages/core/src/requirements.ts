import { type AnyAuthError, ConfigurationError, CredentialsMissingError, ScopeError } from './errors.ts';
import type { Claims, VerifiedToken } from './token/verified-token.ts';

/** What one route demands beyond a valid token. Every member that is given must be met. */
export interface Requirements {
  /** All of these scopes: an array, or one string with spaces between them. */
  readonly scope?: string | readonly string[];
  /** At least one of these scopes. */
  readonly anyScope?: readonly string[];
  /** A decision of your own over the verified claims; `false` refuses with 403. */
  readonly claims?: (claims: Claims) => boolean;
  /** Whether a request without credentials passes as anonymous; overrides the verifier's own setting. */
  readonly optional?: boolean;
}

// RFC 6749, section 3.3: scope-token.
const scopeSyntax = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

/**
 * The requirement of every one of some scopes, checked when the route is set up.
 *
 * @throws ConfigurationError where there is none, or one that no token can carry.
 */
export function scopeRequirement(...scopes: readonly (string | readonly string[])[]): Requirements {
  return Object.freeze({ scope: Object.freeze(legalScopes(scopes, 'requireScope')) });
}

/**
 * The requirement of at least one of some scopes, checked when the route is set up.
 *
 * @throws ConfigurationError where there is none, or one that no token can carry.
 */
export function anyScopeRequirement(...scopes: readonly (string | readonly string[])[]): Requirements {
  return Object.freeze({ anyScope: Object.freeze(legalScopes(scopes, 'requireAnyScope')) });
}

/**
 * The requirement that the verified claims satisfy a predicate.
 *
 * @throws ConfigurationError where it is not a function.
 */
export function claimsRequirement(predicate: (claims: Claims) => boolean): Requirements {
  if (typeof predicate !== 'function') {
    throw new ConfigurationError('requireClaims takes a function of the claims that returns true to let them pass');
  }
  return Object.freeze({ claims: predicate });
}

/**
 * Judges a verified token, or none, against what a route demands.
 *
 * @returns Why the request is to be refused; undefined where it may pass.
 */
export function checkRequirements(auth: VerifiedToken | null, requirements: Requirements): AnyAuthError | undefined {
  if (auth === null) return requirements.optional === true ? undefined : new CredentialsMissingError();
  const { scope, anyScope, claims } = requirements;
  if (scope !== undefined) {
    const wanted = listed(scope);
    if (!wanted.every((name) => auth.scopes.includes(name))) return scopeMissing(wanted);
  }
  if (anyScope !== undefined && !anyScope.some((name) => auth.scopes.includes(name))) return scopeMissing(anyScope);
  if (claims !== undefined && claims(auth.claims) !== true) {
    return new ScopeError('ERR_CLAIMS_INSUFFICIENT', 'The claims of the token do not meet what this route demands');
  }
  return undefined;
}

function scopeMissing(wanted: readonly string[]): ScopeError {
  return new ScopeError('ERR_SCOPE_INSUFFICIENT', 'The token lacks a scope that this route demands', wanted);
}

function listed(scope: string | readonly string[]): readonly string[] {
  return typeof scope === 'string' ? scope.split(' ') : scope;
}

function legalScopes(scopes: readonly (string | readonly string[])[], guard: string): string[] {
  const names: readonly unknown[] = scopes
    .flat()
    .flatMap((entry) => (typeof entry === 'string' ? entry.split(' ') : [entry]));
  if (names.length === 0) {
    throw new ConfigurationError(`${guard} needs at least one scope, such as ${guard}('read:orders')`);
  }
  return [...new Set(names.map((name) => legalScope(name, guard)))];
}

function legalScope(name: unknown, guard: string): string {
  if (typeof name === 'string' && scopeSyntax.test(name)) return name;
  const shown = typeof name === 'string' ? JSON.stringify(name) : typeof name;
  throw new ConfigurationError(`${guard} was given ${shown}, which is not a scope (RFC 6749, section 3.3)`);
}
