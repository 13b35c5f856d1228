import { invalid, mismatch, missing, wrongType } from './claim-faults.ts';
import type { UnverifiedClaims } from './compact-jws.ts';
import { mediaTypeOf, otherPurpose, type Purpose, saysWhatItAllows, signOfIdToken } from './purpose.ts';
import type { Claims, JwsHeader } from './verified-token.ts';

/** What the claims of a token are held against. */
export interface ClaimsPolicy {
  readonly audience: readonly string[] | null;
  readonly clientIds: readonly string[] | undefined;
  readonly tokenType: 'at+jwt' | 'compatible';
  readonly clockTolerance: number;
  readonly maxTokenAge: number | undefined;
  readonly requiredClaims: readonly string[];
}

/** The part of a policy that the clock decides. */
export type TimesPolicy = Pick<ClaimsPolicy, 'clockTolerance' | 'maxTokenAge'>;

const clientClaims = ['client_id', 'cid', 'azp', 'appid'];

// RFC 9068, section 2.2.
const accessTokenClaims = ['iss', 'exp', 'aud', 'sub', 'client_id', 'iat', 'jti'];

/**
 * Holds the claims of a token whose signature and issuer were checked against a policy (RFC 7519, section 4.1;
 * RFC 9068, section 4), in all that does not depend on the time: the same token and policy always end the same way.
 * Neither scopes nor the subject's rights are judged here.
 *
 * @throws TokenError for the first claim that does not hold.
 */
export function validateClaims(
  header: JwsHeader,
  claims: UnverifiedClaims,
  policy: ClaimsPolicy,
): asserts claims is Claims {
  validateType(header, claims, policy.tokenType);
  validateAudience(claims, policy.audience);
  validateStrings(claims);
  validateClient(claims, policy.clientIds);
  validateRequired(claims, policy);
}

/**
 * Holds the times of a token against the clock (RFC 7519, sections 4.1.4 to 4.1.6).
 *
 * @param now - Epoch seconds.
 * @throws TokenError for the first claim that does not hold.
 */
export function validateTimes(claims: UnverifiedClaims, policy: TimesPolicy, now: number): void {
  validateExpiry(claims, now, policy.clockTolerance);
  validateNotBefore(claims, now, policy.clockTolerance);
  validateIssuedAt(claims, now, policy);
}

/** The client that a token was issued to, under the first name by which it is known. */
export function readClientId(claims: UnverifiedClaims): string | undefined {
  for (const name of clientClaims) {
    const value = claims[name];
    if (typeof value === 'string') return value;
  }
  return undefined;
}

function validateType(header: JwsHeader, claims: UnverifiedClaims, tokenType: ClaimsPolicy['tokenType']): void {
  const type = mediaTypeOf(header);
  if (type === null) throw wrongType('The type in the header is not a string');
  if (tokenType === 'at+jwt' && type !== 'at+jwt') throw wrongType('The header does not say at+jwt');
  if (type !== undefined && type !== 'at+jwt' && type !== 'jwt')
    throw wrongType('The header names another type of token');
  const purpose = purposeBesideAccess(claims);
  if (purpose === undefined) return;
  throw wrongType(`The token is not an access token but ${purpose.kind}, known by ${purpose.sign}`);
}

// How a token of another kind is known where its header does not say: by claims that access tokens do not have.
function purposeBesideAccess(claims: UnverifiedClaims): Purpose | undefined {
  const sign = signOfIdToken(claims);
  if (sign !== undefined) return { kind: 'an ID token', sign };
  const other = otherPurpose(claims);
  if (other !== undefined) return other;
  return has(claims, 'nonce') && !saysWhatItAllows(claims) ? { kind: 'an ID token', sign: '"nonce"' } : undefined;
}

function validateExpiry(claims: UnverifiedClaims, now: number, tolerance: number): void {
  const exp = numericDate(claims, 'exp');
  if (exp === undefined) throw missing('exp');
  if (exp <= now - tolerance) throw mismatch('ERR_TOKEN_EXPIRED', 'exp', 'The token expired');
}

function validateNotBefore(claims: UnverifiedClaims, now: number, tolerance: number): void {
  const nbf = numericDate(claims, 'nbf');
  if (nbf !== undefined && nbf > now + tolerance)
    throw mismatch('ERR_TOKEN_NOT_YET_VALID', 'nbf', 'The token is not valid yet');
}

function validateIssuedAt(claims: UnverifiedClaims, now: number, policy: TimesPolicy): void {
  const iat = numericDate(claims, 'iat');
  if (policy.maxTokenAge === undefined) return;
  if (iat === undefined) throw missing('iat');
  if (iat > now + policy.clockTolerance)
    throw mismatch('ERR_TOKEN_NOT_YET_VALID', 'iat', 'The token was issued in the future');
  if (now - iat > policy.maxTokenAge + policy.clockTolerance) {
    throw mismatch('ERR_TOKEN_TOO_OLD', 'iat', 'The token was issued too long ago');
  }
}

/**
 * The audiences of a token (RFC 7519, section 4.1.3); undefined where it names none.
 *
 * @throws TokenError where `aud` is neither text nor an array of it.
 */
export function readAudiences({ aud }: UnverifiedClaims): readonly string[] | undefined {
  const audiences = typeof aud === 'string' ? [aud] : aud;
  const isList = Array.isArray(audiences) && audiences.every((entry) => typeof entry === 'string');
  if (aud === undefined || isList) return audiences as readonly string[] | undefined;
  throw invalid('aud');
}

function validateAudience(claims: UnverifiedClaims, accepted: readonly string[] | null): void {
  const audiences = readAudiences(claims);
  if (accepted === null) return;
  if (audiences === undefined) throw missing('aud');
  if (!audiences.some((entry) => accepted.includes(entry))) {
    throw mismatch('ERR_AUDIENCE_MISMATCH', 'aud', 'The token was issued for another audience');
  }
}

/** Claims that are text wherever they are defined. */
export function validateStrings(claims: UnverifiedClaims): void {
  for (const name of ['sub', 'jti', ...clientClaims]) {
    const value = claims[name];
    if (value !== undefined && typeof value !== 'string') throw invalid(name);
  }
}

function validateClient(claims: UnverifiedClaims, accepted: readonly string[] | undefined): void {
  if (accepted === undefined) return;
  const clientId = readClientId(claims);
  if (clientId === undefined) throw missing('client_id');
  if (!accepted.includes(clientId)) {
    throw mismatch('ERR_CLAIM_INVALID', 'client_id', 'The token was issued to a client that is not accepted');
  }
}

function validateRequired(claims: UnverifiedClaims, policy: ClaimsPolicy): void {
  const ofType = policy.tokenType === 'at+jwt' ? accessTokenClaims : [];
  for (const name of [...ofType, ...policy.requiredClaims]) {
    if (!has(claims, name) || claims[name] === null) throw missing(name);
  }
}

/** A moment that a claim names (RFC 7519, section 2), in epoch seconds. */
export function numericDate(claims: UnverifiedClaims, name: 'exp' | 'nbf' | 'iat' | 'auth_time'): number | undefined {
  const value = claims[name];
  if (value === undefined) return undefined;
  if (typeof value !== 'number' || !Number.isFinite(value)) throw invalid(name);
  return value;
}

function has(claims: UnverifiedClaims, name: string): boolean {
  return Object.hasOwn(claims, name);
}
