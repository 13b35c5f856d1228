import type { Claims } from './verified-token.ts';

/**
 * The scopes of a token, from a string with spaces between them (RFC 8693, section 4.2) or an array of strings, as some
 * issuers write it; without duplicates, in the order of the claims named. What has neither form gives no scope.
 */
export function readScopes(claims: Claims, scopeClaims: readonly string[]): readonly string[] {
  const scopes = new Set<string>();
  for (const name of scopeClaims) {
    for (const scope of namesIn(Object.hasOwn(claims, name) ? claims[name] : undefined)) scopes.add(scope);
  }
  return Object.freeze([...scopes]);
}

function namesIn(value: unknown): string[] {
  const names: unknown[] = typeof value === 'string' ? value.split(' ') : Array.isArray(value) ? value : [];
  return names.filter((name): name is string => typeof name === 'string' && name !== '');
}
