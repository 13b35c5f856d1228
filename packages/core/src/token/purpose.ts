import { readClaim, type UnverifiedClaims } from './compact-jws.ts';

/** The kind of a token that is not an access token, and the claim that identifies it. */
export interface Purpose {
  readonly kind: string;
  readonly marker: string;
}

// Keycloak writes the kind of each of its tokens into a claim with the name of the header parameter.
const kindsByTyp: ReadonlyMap<unknown, string> = new Map([
  ['Logout', 'a logout token'],
  ['Refresh', 'a refresh token'],
  ['Offline', 'an offline token'],
]);

// OpenID Connect Core 1.0, section 5.1.
const profileClaims = ['email', 'email_verified', 'name', 'given_name', 'preferred_username', 'phone_number'];

/** Whether a token has a claim. `null` counts as absent. */
export function hasClaim(claims: UnverifiedClaims, name: string): boolean {
  return Object.hasOwn(claims, name) && claims[name] !== null;
}

/** The purpose of a token that is neither an access token nor about a user, by claims that neither kind has. */
export function otherPurpose(claims: UnverifiedClaims): Purpose | undefined {
  if (hasClaim(claims, 'events')) return { kind: 'a security event or logout token', marker: '"events"' };
  if (hasClaim(claims, 'token_introspection')) {
    return { kind: 'an introspection response', marker: '"token_introspection"' };
  }
  if (hasClaim(claims, 'htm') && hasClaim(claims, 'htu')) return { kind: 'a DPoP proof', marker: '"htm" and "htu"' };
  const kind = kindsByTyp.get(readClaim(claims, 'typ'));
  if (kind !== undefined) return { kind, marker: 'the claim "typ"' };
  const marker = authorizationResponseMarker(claims);
  return marker === undefined ? undefined : { kind: 'an authorization response', marker };
}

/** The purpose of a token that tells a client about a user: an ID token, or a signed UserInfo response. */
export function identityPurpose(claims: UnverifiedClaims): Purpose | undefined {
  const marker = idTokenMarker(claims);
  if (marker !== undefined) return { kind: 'an ID token', marker };
  if (hasAccessClaims(claims)) return undefined;
  if (hasClaim(claims, 'nonce')) return { kind: 'an ID token', marker: '"nonce"' };
  // OpenID Connect Core 1.0, section 5.3.2. Unlike an ID token, the response needs neither of these times.
  const absent = ['exp', 'iat'].find((name) => !hasClaim(claims, name));
  const profile = absent === undefined ? undefined : profileClaims.find((name) => hasClaim(claims, name));
  return profile === undefined
    ? undefined
    : { kind: 'a UserInfo response', marker: `"${profile}" without "${absent}"` };
}

/** The claim that identifies an ID token for certain; undefined if there is none. */
export function idTokenMarker(claims: UnverifiedClaims): string | undefined {
  if (hasClaim(claims, 'at_hash')) return '"at_hash"';
  if (hasClaim(claims, 'c_hash')) return '"c_hash"';
  if (readClaim(claims, 'token_use') === 'id') return '"token_use"';
  return readClaim(claims, 'typ') === 'ID' ? 'the claim "typ"' : undefined;
}

/** Whether a token has a claim that only access tokens need: its scopes, or the client it was issued to. */
export function hasAccessClaims(claims: UnverifiedClaims): boolean {
  return hasOneOf(claims, ['scope', 'scp', 'client_id', 'cid']);
}

// JWT Secured Authorization Response Mode (JARM), section 2.1. A response may contain the scope that was granted.
function authorizationResponseMarker(claims: UnverifiedClaims): string | undefined {
  const name = ['access_token', 'code', 'error', 'id_token'].find((parameter) => hasClaim(claims, parameter));
  if (name === undefined) return undefined;
  const hasState = hasClaim(claims, 'state');
  const hasSubject = hasClaim(claims, 'sub');
  const isResponse =
    (name === 'access_token' && hasClaim(claims, 'token_type')) ||
    (hasState && !hasSubject && !hasOneOf(claims, ['client_id', 'cid'])) ||
    ((hasState || !hasSubject) && !hasAccessClaims(claims));
  return isResponse ? `"${name}"` : undefined;
}

function hasOneOf(claims: UnverifiedClaims, names: readonly string[]): boolean {
  return names.some((name) => hasClaim(claims, name));
}
