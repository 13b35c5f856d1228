import { isSameText } from '../crypto/same-text.ts';
import { invalid, mismatch, missing, wrongType } from './claim-faults.ts';
import { numericDate, readAudiences, validateStrings, validateTimes } from './claims.ts';
import type { UnverifiedClaims } from './compact-jws.ts';
import { mediaTypeOf, otherPurpose, saysWhatItAllows, signOfIdToken } from './purpose.ts';
import type { Claims, JwsHeader } from './verified-token.ts';

/** What an ID token is held against. */
export interface ExpectedIdToken {
  /** The client that somebody signed in to. `aud` must name it, and `azp` no other one. */
  readonly clientId: string;
  /**
   * What the authentication request carried as `nonce`; the token must have it. Left out, a token with a nonce is
   * refused, because nobody checked it. `null` says on purpose that it is not looked at.
   */
  readonly nonce?: string | null;
  /** How long ago the subject may have been authenticated, in seconds; makes `auth_time` required. */
  readonly maxAge?: number;
  /** The access token that came with it; makes `at_hash` required, and compares it. */
  readonly accessToken?: string;
}

/**
 * Holds the claims of an ID token against what is expected of it (OpenID Connect Core 1.0, section 3.1.3.7). Its
 * signature and issuer were checked.
 *
 * @param now - Epoch seconds.
 * @throws TokenError for the first claim that does not hold; ERR_TOKEN_TYPE where it is no ID token.
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
  for (const name of ['sub', 'iat']) if (claims[name] === undefined) throw missing(name);
  validateTimes(claims, { clockTolerance, maxTokenAge: undefined }, now);
  validateNonce(claims, expected.nonce);
  validateAuthentication(claims, expected.maxAge, clockTolerance, now);
}

/**
 * The `at_hash` of an ID token (OpenID Connect Core 1.0, section 3.1.3.6).
 *
 * @throws TokenError where there is none.
 */
export function readAccessTokenHash({ at_hash: hash }: UnverifiedClaims): string {
  if (hash === undefined) throw missing('at_hash');
  if (typeof hash !== 'string') throw invalid('at_hash');
  return hash;
}

function validatePurpose(header: JwsHeader, claims: UnverifiedClaims): void {
  const type = mediaTypeOf(header);
  if (type !== undefined && type !== 'jwt') throw wrongType('The header names another type of token');
  const kind = otherPurpose(claims)?.kind ?? (isForAccess(claims) ? 'an access token' : undefined);
  if (kind !== undefined) throw wrongType(`The token is not an ID token but ${kind}`);
}

// What only ID tokens have outweighs what they may share with access tokens, unless the issuer says which of the two it is.
function isForAccess(claims: UnverifiedClaims): boolean {
  if (claims['typ'] === 'Bearer' || claims['token_use'] === 'access') return true;
  return signOfIdToken(claims) === undefined && saysWhatItAllows(claims);
}

function validateParties(claims: UnverifiedClaims, clientId: string): void {
  const audiences = readAudiences(claims);
  if (audiences === undefined) throw missing('aud');
  if (!audiences.includes(clientId)) {
    throw mismatch('ERR_AUDIENCE_MISMATCH', 'aud', 'The ID token was issued for another client');
  }
  const { azp } = claims;
  if (azp === undefined && audiences.length > 1) throw missing('azp');
  if (azp !== undefined && azp !== clientId) {
    throw mismatch('ERR_CLAIM_INVALID', 'azp', 'The ID token was issued to another client');
  }
}

function validateNonce({ nonce }: UnverifiedClaims, expected: string | null | undefined): void {
  if (expected === null) return;
  if (nonce === undefined && expected === undefined) return;
  if (nonce === undefined) throw missing('nonce');
  if (typeof nonce !== 'string') throw invalid('nonce');
  if (expected === undefined)
    throw mismatch('ERR_CLAIM_INVALID', 'nonce', 'The ID token has a nonce, and none is expected');
  if (!isSameText(nonce, expected)) {
    throw mismatch('ERR_CLAIM_INVALID', 'nonce', 'The ID token answers another authentication request');
  }
}

function validateAuthentication(
  claims: UnverifiedClaims,
  maxAge: number | undefined,
  clockTolerance: number,
  now: number,
): void {
  const time = numericDate(claims, 'auth_time');
  if (maxAge === undefined) return;
  if (time === undefined) throw missing('auth_time');
  if (time > now + clockTolerance) {
    throw mismatch('ERR_TOKEN_NOT_YET_VALID', 'auth_time', 'The subject was authenticated in the future');
  }
  if (now - time > maxAge + clockTolerance) {
    throw mismatch('ERR_TOKEN_TOO_OLD', 'auth_time', 'The subject was authenticated too long ago');
  }
}
