import { algorithms } from '../crypto/algorithms.ts';
import { isSameText } from '../crypto/same-text.ts';
import type { VerifiedJws } from '../issuers/token-cache.ts';
import type { TrustedIssuer } from '../issuers/trusted-issuers.ts';
import { copyOptions } from '../lib/copy-options.ts';
import { andThen, type MaybePromise } from '../lib/maybe-promise.ts';
import { attributeTo } from '../observability/error-issuer.ts';
import { OptionReader } from '../options/option-reader.ts';
import type { ResolvedOptions } from '../options/resolve-options.ts';
import type { Credentials } from '../request/credentials.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { mismatchFault } from '../token/claim-faults.ts';
import { FrozenToken } from '../token/frozen-token.ts';
import { type ExpectedIdToken, readAccessTokenHash, validateIdToken } from '../token/id-token.ts';
import type { VerifiedToken } from '../token/verified-token.ts';
import { withoutAdviceOn } from './refusal-advice.ts';
import type { SignatureVerifier } from './signature-verifier.ts';

const yearOfSeconds = 31_622_400;

/** The collaborators of an {@link IdTokenVerifier}. */
export interface IdTokenVerifierParts {
  readonly options: Pick<ResolvedOptions, 'clock'>;
  readonly signatures: SignatureVerifier;
  readonly runtime: Pick<Runtime, 'halfHash'>;
}

/**
 * Parses the expectations of an ID token.
 *
 * @throws ConfigurationError for the first member that cannot work.
 */
export function parseExpectedIdToken(expected: unknown): ExpectedIdToken {
  const reader = new OptionReader(expected, 'expected.', ['clientId', 'nonce', 'maxAge', 'accessToken']);
  const clientId = reader.text('clientId');
  if (clientId === undefined)
    throw reader.fault('clientId', 'is missing: it is the aud of the ID tokens for your client');
  const nonce = reader.raw('nonce') === null ? null : reader.text('nonce');
  const maxAge = reader.number('maxAge', { min: 0, max: yearOfSeconds, unit: 'seconds' });
  const accessToken = reader.text('accessToken');
  // Without a prototype: an expectation that is absent must not be read from Object.prototype.
  return copyOptions({
    clientId,
    ...(nonce === undefined ? {} : { nonce }),
    ...(maxAge === undefined ? {} : { maxAge }),
    ...(accessToken === undefined ? {} : { accessToken }),
  });
}

/** Verifies ID tokens. They are verified once per sign-in, so that the token cache does not apply. */
export class IdTokenVerifier {
  readonly #parts: IdTokenVerifierParts;

  constructor(parts: IdTokenVerifierParts) {
    this.#parts = parts;
  }

  /** Throws or rejects with a TokenError. */
  verify(credentials: Credentials, expected: ExpectedIdToken): MaybePromise<VerifiedToken> {
    const context = { request: undefined, inParallel: false, waitUntil: undefined };
    return andThen(this.#parts.signatures.verify(credentials.token, context), ({ trusted, jws }) => {
      try {
        return this.#accept(credentials, jws, trusted, expected);
      } catch (error) {
        throw attributeTo(trusted.issuer, withoutAdviceOn(error));
      }
    });
  }

  #accept(
    credentials: Credentials,
    jws: VerifiedJws,
    { policy, issuer }: TrustedIssuer,
    expected: ExpectedIdToken,
  ): MaybePromise<VerifiedToken> {
    const { header, claims } = jws;
    const { clock } = this.#parts.options;
    const now = Math.floor(clock.now());
    validateIdToken(header, claims, expected, { clockTolerance: policy.clockTolerance, now });
    const verified = new FrozenToken(credentials, {
      terms: { clock, policy },
      header,
      claims,
      confirmation: undefined,
      clientId: expected.clientId,
      // An ID token identifies its subject and grants no access.
      scopes: Object.freeze([]),
      roles: policy.readRoles(claims),
      permissions: policy.readPermissions(claims),
      groups: policy.readGroups(claims),
    });
    const { accessToken } = expected;
    if (accessToken === undefined) return verified;
    return andThen(this.#accessTokenFault(accessToken, jws), (fault) => {
      if (fault !== undefined) throw attributeTo(issuer, withoutAdviceOn(fault));
      return verified;
    });
  }

  // OpenID Connect Core 1.0, section 3.1.3.8.
  #accessTokenFault(accessToken: string, { algorithm, claims }: VerifiedJws): MaybePromise<Error | undefined> {
    const claimed = readAccessTokenHash(claims);
    // Ed25519 hashes with SHA-512 (RFC 8032, section 5.1).
    return andThen(this.#parts.runtime.halfHash(algorithms[algorithm].hash ?? 'sha512', accessToken), (hash) =>
      isSameText(hash, claimed)
        ? undefined
        : mismatchFault('ERR_CLAIM_INVALID', 'at_hash', 'The ID token was issued with another access token'),
    );
  }
}
