import type { UnverifiedClaims } from './compact-jws.ts';
import type { JwsHeader } from './verified-token.ts';

/** The kind of a token that is not an access token, and the claim that identifies it. */
export interface Purpose {
  readonly kind: string;
  readonly marker: string;
}

/**
 * The media type in the header (RFC 7515, section 4.1.9), in lower case and without the optional "application/".
 * Undefined if `typ` is absent, null if it is not a string.
 */
export function mediaTypeOf({ typ }: JwsHeader): string | undefined | null {
  const type: unknown = typ;
  if (type === undefined) return undefined;
  return typeof type === 'string' ? type.toLowerCase().replace(/^application\//, '') : null;
}

/** The purpose of a token that is neither an access token nor an ID token, by claims that neither kind has. */
export function otherPurpose(claims: UnverifiedClaims): Purpose | undefined {
  const { typ } = claims;
  if (has(claims, 'events')) return { kind: 'a security event or logout token', marker: '"events"' };
  if (has(claims, 'token_introspection')) {
    return { kind: 'an introspection response', marker: '"token_introspection"' };
  }
  if (has(claims, 'htm') && has(claims, 'htu')) return { kind: 'a DPoP proof', marker: '"htm" and "htu"' };
  if (typ === 'Logout') return { kind: 'a logout token', marker: 'the claim "typ"' };
  if (typ === 'Refresh') return { kind: 'a refresh token', marker: 'the claim "typ"' };
  return undefined;
}

/** The claim that identifies an ID token for certain; undefined if there is none. */
export function idTokenMarker(claims: UnverifiedClaims): string | undefined {
  if (has(claims, 'at_hash')) return '"at_hash"';
  if (has(claims, 'c_hash')) return '"c_hash"';
  if (claims['token_use'] === 'id') return '"token_use"';
  return claims['typ'] === 'ID' ? 'the claim "typ"' : undefined;
}

/** Whether a token has a claim that only access tokens need: its scopes, or the client it was issued to. */
export function hasAccessClaims(claims: UnverifiedClaims): boolean {
  return ['scope', 'scp', 'client_id', 'cid'].some((name) => has(claims, name));
}

function has(claims: UnverifiedClaims, name: string): boolean {
  return Object.hasOwn(claims, name) && claims[name] !== null;
}
