import { isSameText } from '../crypto/same-text.ts';
import { invalidFault, mismatchFault, missingFault, typeFault } from './claim-faults.ts';
import { readAudiences, readNumericDate, validateStrings, validateTimes } from './claims.ts';
import { mediaTypeOf, readClaim, type UnverifiedClaims } from './compact-jws.ts';
import { hasAccessClaims, hasClaim, idTokenMarker, otherPurpose } from './purpose.ts';
import type { Claims, JwsHeader } from './verified-token.ts';

/** The values that an ID token must have: those of the authentication request that it answers. */
export interface ExpectedIdToken {
  /** The client that the subject signed in to. `aud` must contain it, and `azp` must not name another one. */
  readonly clientId: string;
  /**
   * The `nonce` of the authentication request, which the token must contain. If it is absent, a token with a nonce is
   * refused: it answers a request whose nonce was not compared. `null` accepts any nonce, on purpose.
   *
   * @default none: the token must have no nonce
   */
  readonly nonce?: string | null;
  /**
   * The accepted time since the subject was authenticated, by `auth_time`, which becomes required. In seconds, from 0 to
   * 31,622,400 (366 days).
   *
   * @default no limit
   */
  readonly maxAge?: number;
  /**
   * The access token that was issued together with the ID token. `at_hash` becomes required, and must be its hash.
   *
   * @default none: `at_hash` is not compared
   */
  readonly accessToken?: string;
}

/**
 * Validates the claims of an ID token (OpenID Connect Core 1.0, section 3.1.3.7). The caller has verified signature and
 * issuer. `at_hash` is not validated: see {@link readAccessTokenHash}.
 *
 * @param now - The current time in epoch seconds; `clockTolerance` is in seconds too.
 * @throws TokenError for the first claim that is not as expected; with ERR_TOKEN_TYPE if the token is not an ID token.
 */
export function validateIdToken(
  header: JwsHeader,
  claims: UnverifiedClaims,
  expected: ExpectedIdToken,
  { clockTolerance, now }: { readonly clockTolerance: number; readonly now: number },
): asserts claims is Claims {
  validatePurpose(header, claims);
  validateParties(claims, expected.clientId);
  validateStrings(claims);
  for (const name of ['sub', 'iat']) if (!hasClaim(claims, name)) throw missingFault(name);
  validateTimes(claims, { clockTolerance, maxTokenAge: undefined, maxLifetime: undefined }, now);
  validateNonce(claims, expected.nonce);
  validateAuthentication(claims, expected.maxAge, clockTolerance, now);
}

/**
 * Reads the `at_hash` of an ID token (OpenID Connect Core 1.0, section 3.1.3.6).
 *
 * @throws TokenError if it is absent or not a string.
 */
export function readAccessTokenHash(claims: UnverifiedClaims): string {
  const hash = readClaim(claims, 'at_hash');
  if (hash === undefined || hash === null) throw missingFault('at_hash');
  if (typeof hash !== 'string') throw invalidFault('at_hash');
  return hash;
}

function validatePurpose(header: JwsHeader, claims: UnverifiedClaims): void {
  const type = mediaTypeOf(header);
  if (type !== undefined && type !== 'jwt') throw typeFault('The header names another type of token');
  const kind = otherPurpose(claims)?.kind ?? (isForAccess(claims) ? 'an access token' : undefined);
  if (kind !== undefined) throw typeFault(`The token is not an ID token but ${kind}`);
}

// The issuer's explicit statement counts first. Otherwise a marker of ID tokens outweighs claims that both kinds can have.
function isForAccess(claims: UnverifiedClaims): boolean {
  if (readClaim(claims, 'typ') === 'Bearer' || readClaim(claims, 'token_use') === 'access') return true;
  return idTokenMarker(claims) === undefined && hasAccessClaims(claims);
}

function validateParties(claims: UnverifiedClaims, clientId: string): void {
  const audiences = readAudiences(claims);
  if (audiences === undefined) throw missingFault('aud');
  if (!audiences.includes(clientId)) {
    throw mismatchFault('ERR_AUDIENCE_MISMATCH', 'aud', 'The ID token was issued for another client');
  }
  const azp = readClaim(claims, 'azp') ?? undefined;
  if (azp === undefined && audiences.length > 1) throw missingFault('azp');
  if (azp !== undefined && azp !== clientId) {
    throw mismatchFault('ERR_CLAIM_INVALID', 'azp', 'The ID token was issued to another client');
  }
}

function validateNonce(claims: UnverifiedClaims, expected: string | null | undefined): void {
  if (expected === null) return;
  const nonce = readClaim(claims, 'nonce');
  const isAbsent = nonce === undefined || nonce === null;
  if (isAbsent && expected === undefined) return;
  if (isAbsent) throw missingFault('nonce');
  if (typeof nonce !== 'string') throw invalidFault('nonce');
  if (expected === undefined)
    throw mismatchFault('ERR_CLAIM_INVALID', 'nonce', 'The ID token has a nonce, and none is expected');
  if (!isSameText(nonce, expected)) {
    throw mismatchFault('ERR_CLAIM_INVALID', 'nonce', 'The ID token answers another authentication request');
  }
}

function validateAuthentication(
  claims: UnverifiedClaims,
  maxAge: number | undefined,
  clockTolerance: number,
  now: number,
): void {
  const time = readNumericDate(claims, 'auth_time');
  if (maxAge === undefined) return;
  if (time === undefined) throw missingFault('auth_time');
  if (!(time <= now + clockTolerance)) {
    throw mismatchFault('ERR_TOKEN_NOT_YET_VALID', 'auth_time', 'The subject was authenticated in the future');
  }
  if (!(now - time <= maxAge + clockTolerance)) {
    throw mismatchFault('ERR_TOKEN_TOO_OLD', 'auth_time', 'The subject was authenticated too long ago');
  }
}
