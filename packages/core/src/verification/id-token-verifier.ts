import { algorithms } from '../crypto/algorithms.ts';
import { isSameText } from '../crypto/same-text.ts';
import type { VerifiedJws } from '../issuers/token-cache.ts';
import type { TrustedIssuer } from '../issuers/trusted-issuers.ts';
import { andThen, type MaybePromise } from '../lib/maybe-promise.ts';
import { OptionReader } from '../options/option-reader.ts';
import type { ResolvedPolicy } from '../options/resolve-issuer.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { mismatch } from '../token/claim-faults.ts';
import { type ExpectedIdToken, readAccessTokenHash, validateIdToken } from '../token/id-token.ts';
import { type Claims, createVerifiedToken, type VerifiedToken } from '../token/verified-token.ts';

const yearOfSeconds = 31_622_400;

/**
 * Checks what is expected of an ID token.
 *
 * @throws ConfigurationError for the first member that cannot work.
 */
export function checkExpected(expected: unknown): ExpectedIdToken {
  const reader = new OptionReader(expected, 'expected.', ['clientId', 'nonce', 'maxAge', 'accessToken']);
  const clientId = reader.text('clientId');
  if (clientId === undefined) throw reader.fault('clientId', 'is missing: it is what aud says in ID tokens for you');
  const nonce = reader.raw('nonce') === null ? null : reader.text('nonce');
  const maxAge = reader.number('maxAge', { min: 0, max: yearOfSeconds, unit: 'seconds' });
  const accessToken = reader.text('accessToken');
  return {
    clientId,
    ...(nonce === undefined ? {} : { nonce }),
    ...(maxAge === undefined ? {} : { maxAge }),
    ...(accessToken === undefined ? {} : { accessToken }),
  };
}

/** What an ID token is judged with beside its own claims. */
export interface IdTokenContext {
  readonly expected: ExpectedIdToken;
  readonly runtime: Pick<Runtime, 'halfHash'>;
  /** Epoch seconds. */
  readonly now: number;
}

/** Judges a token whose signature holds as an ID token. Throws or rejects with a TokenError. */
export function admitIdToken(
  token: string,
  proven: VerifiedJws,
  { policy }: TrustedIssuer,
  { expected, runtime, now }: IdTokenContext,
): MaybePromise<VerifiedToken> {
  const { header, claims } = proven;
  validateIdToken(header, claims, expected, { clockTolerance: policy.clockTolerance, now });
  const verified = createVerifiedToken(token, {
    header,
    claims,
    ...namesIn(claims, policy),
    clientId: expected.clientId,
  });
  const { accessToken } = expected;
  if (accessToken === undefined) return verified;
  return andThen(checkAccessToken(accessToken, proven, runtime), () => verified);
}

function checkAccessToken(
  accessToken: string,
  { algorithm, claims }: VerifiedJws,
  runtime: IdTokenContext['runtime'],
): MaybePromise<void> {
  const claimed = readAccessTokenHash(claims);
  // Ed25519 hashes with SHA-512 (RFC 8032, section 5.1).
  return andThen(runtime.halfHash(algorithms[algorithm].hash ?? 'sha512', accessToken), (hash) => {
    if (isSameText(hash, claimed)) return;
    throw mismatch('ERR_CLAIM_INVALID', 'at_hash', 'The ID token was issued with another access token');
  });
}

// An ID token carries no scopes: it says who somebody is, and permits nothing.
function namesIn(claims: Claims, policy: ResolvedPolicy) {
  return {
    scopes: Object.freeze([]),
    roles: policy.readRoles(claims),
    permissions: policy.readPermissions(claims),
    groups: policy.readGroups(claims),
  };
}
