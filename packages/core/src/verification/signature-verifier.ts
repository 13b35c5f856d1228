import { type Algorithm, parseAlgorithm } from '../crypto/algorithms.ts';
import { TokenError } from '../errors.ts';
import type { VerifiedJws } from '../issuers/token-cache.ts';
import type { TrustedIssuer, TrustedIssuers } from '../issuers/trusted-issuers.ts';
import type { KeyRequest } from '../keys/key-source.ts';
import { andThen, type MaybePromise } from '../lib/maybe-promise.ts';
import type { TimingMetrics } from '../observability/timing-metrics.ts';
import type { ImportedKey, Runtime } from '../runtime/runtime.ts';
import { type CompactJws, parseCompactJws } from '../token/compact-jws.ts';
import { HeaderCache } from '../token/header-cache.ts';
import { deepFreeze, type JwsHeader } from '../token/verified-token.ts';

/** How one token is to be verified, and what is noted on the way. */
export interface VerificationContext {
  /** Checks the signature off the calling thread, where the runtime can. */
  readonly inParallel?: boolean;
  /** Nobody can wait for the result. */
  readonly isSync?: boolean;
  /** The text stands where a request has its token, and may be anything. */
  readonly isCredential?: boolean;
  readonly waitUntil?: KeyRequest['waitUntil'];
  /** The trusted issuer that the token named, as soon as that is known. */
  issuer: string | undefined;
}

/** What proving a signature needs. */
export interface SignatureVerifierParts {
  readonly options: { readonly maxTokenSize: number };
  readonly directory: TrustedIssuers;
  readonly timings: TimingMetrics;
  readonly runtime: Runtime;
}

/** A token whose signature holds, and the issuer whose key it was made with. */
export interface Proof {
  readonly issuer: TrustedIssuer;
  readonly proven: VerifiedJws;
}

interface Located {
  readonly issuer: TrustedIssuer;
  readonly algorithm: Algorithm;
  readonly key: VerifiedJws['key'];
  readonly signatureKey: ImportedKey;
}

/** Goes from the text of a token to what its signature proves, whatever the token is for. */
export class SignatureVerifier {
  readonly #parts: SignatureVerifierParts;
  readonly #headers: HeaderCache = new HeaderCache();

  constructor(parts: SignatureVerifierParts) {
    this.#parts = parts;
  }

  /** Before anything is done with a token: what is too long costs nothing. */
  checkSize(token: string): void {
    const { maxTokenSize } = this.#parts.options;
    if (token.length <= maxTokenSize) return;
    throw new TokenError('ERR_TOKEN_TOO_LARGE', `The token is longer than ${maxTokenSize} characters`);
  }

  /** The caller has checked the size of the token. Throws or rejects with an AuthError. */
  prove(token: string, mode: VerificationContext): MaybePromise<Proof> {
    const { directory, runtime, timings } = this.#parts;
    const jws = parseCompactJws(token, runtime, this.#headers);
    const located = andThen(directory.find(jws.claims['iss']), (issuer) => this.#locateKey(jws.header, issuer, mode));
    return andThen(located, (at) => andThen(checkSignature(jws, at, mode, timings), () => this.#proofOf(jws, at)));
  }

  #proofOf({ encodedHeader, header, claims }: CompactJws, { issuer, key, algorithm }: Located): Proof {
    const proven: VerifiedJws = {
      owner: issuer.entry,
      key,
      algorithm,
      header: deepFreeze(header),
      claims: deepFreeze(claims),
    };
    this.#headers.set(encodedHeader, proven.header);
    return { issuer, proven };
  }

  #locateKey(header: JwsHeader, issuer: TrustedIssuer, mode: VerificationContext): MaybePromise<Located> {
    mode.issuer = issuer.issuer;
    const { waitUntil } = mode;
    const { algorithms: accepted } = issuer.policy;
    const algorithm = parseAlgorithm(header.alg);
    if (algorithm === undefined || !accepted.accepts(algorithm)) {
      throw new TokenError('ERR_ALG_NOT_ALLOWED', 'The signature algorithm of the token is not accepted here');
    }
    return andThen(issuer.entry.keys.find({ kid: header.kid, algorithm, accepted, waitUntil }), (key) =>
      andThen(key.import(algorithm), (signatureKey) => {
        if (signatureKey !== undefined) return { issuer, algorithm, key, signatureKey };
        throw new TokenError('ERR_KEY_NOT_FOUND', 'The key that the token names is not usable');
      }),
    );
  }
}

function checkSignature(
  jws: CompactJws,
  { signatureKey }: Located,
  { inParallel }: VerificationContext,
  timings: TimingMetrics,
): MaybePromise<void> {
  const { signingInput, signature } = jws;
  const startedAt = timings.signatureStarted();
  const check =
    inParallel === true
      ? signatureKey.verifyInParallel(signingInput, signature)
      : signatureKey.verify(signingInput, signature);
  return andThen(check, (holds) => {
    timings.signatureEnded(startedAt);
    if (!holds) throw new TokenError('ERR_SIGNATURE_INVALID', 'The signature of the token does not hold');
  });
}
