import type { UnverifiedClaims } from './compact-jws.ts';
import type { JwsHeader } from './verified-token.ts';

/** What a token was made for, and the claim that gives it away. */
export interface Purpose {
  readonly kind: string;
  readonly sign: string;
}

/**
 * The media type that a header names (RFC 7515, section 4.1.9): in lower case, without the "application/" that may be
 * left out. Undefined where it names none, null where what stands there is no text.
 */
export function mediaTypeOf({ typ }: JwsHeader): string | undefined | null {
  const type: unknown = typ;
  if (type === undefined) return undefined;
  return typeof type === 'string' ? type.toLowerCase().replace(/^application\//, '') : null;
}

/** The purpose of a token that is for something else than access or signing in, by claims that neither kind has. */
export function otherPurpose(claims: UnverifiedClaims): Purpose | undefined {
  const { typ } = claims;
  if (has(claims, 'events')) return { kind: 'a security event or logout token', sign: '"events"' };
  if (has(claims, 'token_introspection')) {
    return { kind: 'an introspection response', sign: '"token_introspection"' };
  }
  if (has(claims, 'htm') && has(claims, 'htu')) return { kind: 'a DPoP proof', sign: '"htm" and "htu"' };
  if (typ === 'Logout') return { kind: 'a logout token', sign: 'the claim "typ"' };
  if (typ === 'Refresh') return { kind: 'a refresh token', sign: 'the claim "typ"' };
  return undefined;
}

/** The claim by which an ID token is known for certain; undefined where none is there. */
export function signOfIdToken(claims: UnverifiedClaims): string | undefined {
  if (has(claims, 'at_hash')) return '"at_hash"';
  if (has(claims, 'c_hash')) return '"c_hash"';
  if (claims['token_use'] === 'id') return '"token_use"';
  return claims['typ'] === 'ID' ? 'the claim "typ"' : undefined;
}

/** Whether a token says what it gives access to, and for which client. */
export function saysWhatItAllows(claims: UnverifiedClaims): boolean {
  return ['scope', 'scp', 'client_id', 'cid'].some((name) => has(claims, name));
}

function has(claims: UnverifiedClaims, name: string): boolean {
  return Object.hasOwn(claims, name);
}
