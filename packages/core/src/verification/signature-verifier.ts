import type { Algorithm } from '../crypto/algorithms.ts';
import { TokenError } from '../errors.ts';
import type { VerifiedJws } from '../issuers/token-cache.ts';
import type { TrustedIssuer, TrustedIssuers } from '../issuers/trusted-issuers.ts';
import type { KeySet, SelectedKey } from '../keys/key-set.ts';
import { andThen, type MaybePromise } from '../lib/maybe-promise.ts';
import { attributeTo } from '../observability/error-issuer.ts';
import type { TimingMetrics } from '../observability/timing-metrics.ts';
import type { ImportedKey } from '../runtime/crypto-runtime.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { type CompactJws, parseCompactJws } from '../token/compact-jws.ts';
import { deepFreeze } from '../token/frozen-token.ts';
import { HeaderCache } from '../token/header-cache.ts';
import type { VerificationContext } from './verification-context.ts';

/** The collaborators of a {@link SignatureVerifier}. */
export interface SignatureVerifierParts {
  readonly issuers: TrustedIssuers;
  readonly timings: TimingMetrics;
  readonly runtime: Runtime;
}

/** A token with a valid signature, and the issuer that signed it. */
export interface SignedToken {
  readonly trusted: TrustedIssuer;
  readonly jws: VerifiedJws;
  /** The key set that selected the key. */
  readonly keySet: KeySet;
}

// Two clock reads for every signature would cost measurable time.
const checksPerSample = 16;

type SignatureContext = Pick<VerificationContext, 'inParallel' | 'waitUntil'>;

/** Verifies the signature of a compact JWS with a key of its issuer. Claims other than `iss` are not validated. */
export class SignatureVerifier {
  readonly #parts: SignatureVerifierParts;
  readonly #headers: HeaderCache = new HeaderCache();
  #count = 0;

  constructor(parts: SignatureVerifierParts) {
    this.#parts = parts;
  }

  /** Throws or rejects with an AuthError. The caller has limited the length of the token. */
  verify(token: string, context: SignatureContext): MaybePromise<SignedToken> {
    const { issuers, runtime } = this.#parts;
    const jws = parseCompactJws(token, runtime, this.#headers);
    return andThen(issuers.find(jws.claims['iss']), (trusted) => this.#verifyFrom(trusted, jws, context));
  }

  #verifyFrom(trusted: TrustedIssuer, jws: CompactJws, context: SignatureContext): MaybePromise<SignedToken> {
    try {
      const signed = this.#verifyWithKey(trusted, jws, context);
      if (!(signed instanceof Promise)) return signed;
      return signed.catch((error: unknown) => {
        throw attributed(trusted, error);
      });
    } catch (error) {
      throw attributed(trusted, error);
    }
  }

  #verifyWithKey(trusted: TrustedIssuer, jws: CompactJws, context: SignatureContext): MaybePromise<SignedToken> {
    const { policy, entry } = trusted;
    const { header } = jws;
    const algorithm = policy.algorithms.byName.get(header.alg);
    if (algorithm === undefined) {
      throw new TokenError('ERR_ALG_NOT_ALLOWED', 'The signature algorithm of the token is not accepted here');
    }
    const { waitUntil } = context;
    return andThen(entry.keys.find({ header, algorithm, accepted: policy.algorithms, waitUntil }), (selected) =>
      andThen(selected.key.import(algorithm), (imported) => {
        if (imported === undefined)
          throw new TokenError('ERR_KEY_NOT_FOUND', 'The key that the token names is not usable');
        return andThen(this.#hasValidSignature(jws, imported, context), (isValid) => {
          if (!isValid) throw new TokenError('ERR_SIGNATURE_INVALID', 'The signature of the token is invalid');
          return this.#signedToken(trusted, jws, selected, algorithm);
        });
      }),
    );
  }

  #hasValidSignature(jws: CompactJws, key: ImportedKey, { inParallel }: SignatureContext): MaybePromise<boolean> {
    const { signingInput, signature } = jws;
    const isSample = this.#count % checksPerSample === 0;
    this.#count += 1;
    const stop = isSample ? this.#parts.timings.startSignature() : undefined;
    const result = inParallel ? key.verifyInParallel(signingInput, signature) : key.verify(signingInput, signature);
    return stop === undefined ? result : andThen(result, stop);
  }

  #signedToken(
    trusted: TrustedIssuer,
    jws: CompactJws,
    { key, keySet }: SelectedKey,
    algorithm: Algorithm,
  ): SignedToken {
    trusted.confirm?.();
    const header = deepFreeze(jws.header);
    this.#headers.set(jws.encodedHeader, header);
    const verified = {
      owner: trusted.entry,
      key,
      algorithm,
      header,
      claims: deepFreeze(jws.claims),
      accepted: undefined,
    };
    return { trusted, jws: verified, keySet };
  }
}

// An issuer without a valid signature so far is a text that a client may have made up.
function attributed(trusted: TrustedIssuer, error: unknown): unknown {
  return trusted.confirm === undefined ? attributeTo(trusted.issuer, error) : error;
}
