import type { AnyAuthError } from '../errors.ts';
import type { ResourceParameters } from '../request/challenge.ts';
import type { ProtectedResource } from './protected-resource.ts';

/**
 * The parameters that a resource adds to a challenge (RFC 9728, section 5.1; RFC 6750, section 3).
 *
 * @param routeScopes - All scopes that the route requires; empty if it requires none, or if it is not known yet.
 */
export function challengeParameters(
  { metadata, ...resource }: ProtectedResource,
  error: AnyAuthError,
  routeScopes: readonly string[],
): ResourceParameters {
  return { resourceMetadata: metadata.url, scopes: scopesFor(resource, error, routeScopes) };
}

function scopesFor(
  { scopes, challengeScope }: Pick<ProtectedResource, 'scopes' | 'challengeScope'>,
  error: AnyAuthError,
  routeScopes: readonly string[],
): readonly string[] {
  if (error.status === 403) {
    // Without scopes, something else is missing, which a token with more scopes would not have either.
    return error.scope.length === 0 ? [] : [...new Set([...routeScopes, ...error.scope])];
  }
  if (challengeScope === false) return [];
  return challengeScope === 'required' && routeScopes.length > 0 ? routeScopes : scopes;
}
