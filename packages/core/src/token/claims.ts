import { invalidFault, mismatchFault, missingFault, typeFault } from './claim-faults.ts';
import { mediaTypeOf, readClaim, type UnverifiedClaims } from './compact-jws.ts';
import { hasClaim, identityPurpose, otherPurpose } from './purpose.ts';
import type { Claims, JwsHeader } from './verified-token.ts';

/** The requirements on the claims of an access token. */
export interface ClaimsPolicy {
  /** The accepted audiences; null accepts every audience. */
  readonly audience: readonly string[] | null;
  /** The accepted clients; undefined accepts every client. */
  readonly clientIds: readonly string[] | undefined;
  readonly tokenType: 'at+jwt' | 'compatible';
  /** The accepted difference between two clocks, in seconds. */
  readonly clockTolerance: number;
  /** The accepted age by `iat`, in seconds; undefined for no limit other than `exp`. */
  readonly maxTokenAge: number | undefined;
  /** The longest accepted life, in seconds, of `exp` after `iat` and after the current time; undefined for no limit. */
  readonly maxLifetime: number | undefined;
  readonly requiredClaims: readonly string[];
  /** The claims of which an access token has one, with the accepted values; undefined if it needs none of them. */
  readonly accessTokenClaims: AccessTokenClaims | undefined;
  /** Whether a token about a user, such as an ID token, is accepted as an access token. */
  readonly dangerouslyAcceptIdTokens: boolean;
}

/** Claims by name, with the accepted value or values of each; `true` accepts every value but null. */
export type AccessTokenClaims = Readonly<Record<string, true | string | readonly string[]>>;

/** The part of a policy that depends on the time. */
export type TimesPolicy = Pick<ClaimsPolicy, 'clockTolerance' | 'maxTokenAge' | 'maxLifetime'>;

const clientClaims = ['client_id', 'cid', 'azp', 'appid'];

// RFC 9068, section 2.2.
const requiredByProfile = ['iss', 'exp', 'aud', 'sub', 'client_id', 'iat', 'jti'];

/**
 * Validates the claims that do not depend on the time (RFC 7519, section 4.1; RFC 9068, section 4): type, audience,
 * client, required claims, and the claims that must be text. The result is the same for every call with the same token
 * and policy. The caller has verified signature and issuer. Scopes and roles are not validated.
 *
 * @throws TokenError for the first claim that does not meet the policy.
 */
export function validateClaims(
  header: JwsHeader,
  claims: UnverifiedClaims,
  policy: ClaimsPolicy,
): asserts claims is Claims {
  const type = validateType(header, policy.tokenType);
  // RFC 9068, section 2.1: the header says it, whatever else the token carries.
  const isAccessToken = type === 'at+jwt';
  if (!isAccessToken) validatePurpose(claims, policy.dangerouslyAcceptIdTokens);
  validateAudience(claims, policy.audience);
  validateStrings(claims);
  validateClient(claims, policy.clientIds);
  validateRequired(claims, policy);
  if (!isAccessToken) validateAccessTokenClaims(claims, policy.accessTokenClaims);
}

/**
 * Validates `exp`, `nbf` and `iat` (RFC 7519, sections 4.1.4 to 4.1.6), and the life of the token if the policy limits it.
 * `iat` may be in the future unless the policy has a `maxTokenAge`.
 *
 * @param now - The current time in epoch seconds.
 * @throws TokenError for the first claim that does not meet the policy.
 */
export function validateTimes(claims: UnverifiedClaims, policy: TimesPolicy, now: number): void {
  validateExpiry(claims, now, policy.clockTolerance);
  validateNotBefore(claims, now, policy.clockTolerance);
  validateIssuedAt(claims, now, policy);
  if (policy.maxLifetime !== undefined) validateLifetime(claims, now, policy.maxLifetime, policy.clockTolerance);
}

/** Reads the client that a token was issued to: the first of `client_id`, `cid`, `azp` and `appid` that is text. */
export function readClientId(claims: UnverifiedClaims): string | undefined {
  for (const name of clientClaims) {
    const value = readClaim(claims, name);
    if (typeof value === 'string') return value;
  }
  return undefined;
}

function validateType(header: JwsHeader, tokenType: ClaimsPolicy['tokenType']): string | undefined {
  const type = mediaTypeOf(header);
  if (type === null) throw typeFault('The type in the header is not a string');
  if (tokenType === 'at+jwt' && type !== 'at+jwt') throw typeFault('The type in the header is not at+jwt');
  if (type !== undefined && type !== 'at+jwt' && type !== 'jwt')
    throw typeFault('The header names another type of token');
  return type;
}

// If the header does not name the purpose, claims do that access tokens do not have.
function validatePurpose(claims: UnverifiedClaims, acceptsIdTokens: boolean): void {
  const purpose = otherPurpose(claims) ?? (acceptsIdTokens ? undefined : identityPurpose(claims));
  if (purpose === undefined) return;
  throw typeFault(`The token is not an access token but ${purpose.kind}, recognized by ${purpose.marker}`);
}

function validateAccessTokenClaims(claims: UnverifiedClaims, accepted: AccessTokenClaims | undefined): void {
  if (accepted === undefined) return;
  const names = Object.keys(accepted);
  if (names.some((name) => hasClaim(claims, name) && isAccepted(claims[name], accepted[name]))) return;
  throw typeFault(`The token does not have a claim of an access token of its issuer: ${names.join(', ')}`);
}

function isAccepted(value: unknown, accepted: AccessTokenClaims[string] | undefined): boolean {
  return accepted === true || value === accepted || (Array.isArray(accepted) && accepted.includes(value));
}

function validateExpiry(claims: UnverifiedClaims, now: number, tolerance: number): void {
  const exp = readNumericDate(claims, 'exp');
  if (exp === undefined) throw missingFault('exp');
  // Each comparison is written so that a time that is not a number refuses the token.
  if (!(exp > now - tolerance)) throw mismatchFault('ERR_TOKEN_EXPIRED', 'exp', 'The token expired');
}

function validateNotBefore(claims: UnverifiedClaims, now: number, tolerance: number): void {
  const nbf = readNumericDate(claims, 'nbf');
  if (nbf !== undefined && !(nbf <= now + tolerance))
    throw mismatchFault('ERR_TOKEN_NOT_YET_VALID', 'nbf', 'The token is not valid yet');
}

function validateIssuedAt(claims: UnverifiedClaims, now: number, policy: TimesPolicy): void {
  const iat = readNumericDate(claims, 'iat');
  if (policy.maxTokenAge === undefined) return;
  if (iat === undefined) throw missingFault('iat');
  if (!(iat <= now + policy.clockTolerance))
    throw mismatchFault('ERR_TOKEN_NOT_YET_VALID', 'iat', 'The token was issued in the future');
  if (!(now - iat <= policy.maxTokenAge + policy.clockTolerance)) {
    throw mismatchFault('ERR_TOKEN_TOO_OLD', 'iat', 'The token was issued too long ago');
  }
}

// Both times of `exp - iat` are from the clock of the issuer, so that no tolerance applies to it.
function validateLifetime(claims: UnverifiedClaims, now: number, maxLifetime: number, tolerance: number): void {
  const exp = readNumericDate(claims, 'exp') ?? Number.NaN;
  const iat = readNumericDate(claims, 'iat');
  const isWithin = exp - now <= maxLifetime + tolerance && (iat === undefined || exp - iat <= maxLifetime);
  if (!isWithin) throw mismatchFault('ERR_CLAIM_INVALID', 'exp', 'The token is valid for longer than is accepted here');
}

/**
 * Reads the audiences of a token (RFC 7519, section 4.1.3). Returns undefined if it does not have `aud`.
 *
 * @throws TokenError if `aud` is neither a string nor an array of strings.
 */
export function readAudiences(claims: UnverifiedClaims): readonly string[] | undefined {
  const aud = readClaim(claims, 'aud');
  const audiences = typeof aud === 'string' ? [aud] : aud;
  const isList = Array.isArray(audiences) && audiences.every((entry) => typeof entry === 'string');
  if (aud === undefined || isList) return audiences as readonly string[] | undefined;
  throw invalidFault('aud');
}

function validateAudience(claims: UnverifiedClaims, accepted: readonly string[] | null): void {
  const audiences = readAudiences(claims);
  if (accepted === null) return;
  if (audiences === undefined) throw missingFault('aud');
  if (!audiences.some((entry) => accepted.includes(entry))) {
    throw mismatchFault('ERR_AUDIENCE_MISMATCH', 'aud', 'The token was issued for another audience');
  }
}

/**
 * Validates that `sub`, `jti` and the claims that name a client are strings if they are present. `null` counts as absent.
 *
 * @throws TokenError for the first that is not.
 */
export function validateStrings(claims: UnverifiedClaims): void {
  for (const name of ['sub', 'jti', ...clientClaims]) {
    const value = readClaim(claims, name);
    if (value !== undefined && value !== null && typeof value !== 'string') throw invalidFault(name);
  }
}

function validateClient(claims: UnverifiedClaims, accepted: readonly string[] | undefined): void {
  if (accepted === undefined) return;
  const clientId = readClientId(claims);
  if (clientId === undefined) throw missingFault('client_id');
  if (!accepted.includes(clientId)) {
    throw mismatchFault('ERR_CLAIM_INVALID', 'client_id', 'The token was issued to a client that is not accepted');
  }
}

function validateRequired(claims: UnverifiedClaims, policy: ClaimsPolicy): void {
  const ofType = policy.tokenType === 'at+jwt' ? requiredByProfile : [];
  for (const name of [...ofType, ...policy.requiredClaims]) {
    if (!hasClaim(claims, name)) throw missingFault(name);
  }
}

/**
 * Reads a time (NumericDate: RFC 7519, section 2), in epoch seconds. Returns undefined if the claim is absent or null.
 *
 * @throws TokenError if it is not a finite number.
 */
export function readNumericDate(
  claims: UnverifiedClaims,
  name: 'exp' | 'nbf' | 'iat' | 'auth_time',
): number | undefined {
  const value = readClaim(claims, name);
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number' || !Number.isFinite(value)) throw invalidFault(name);
  return value;
}
