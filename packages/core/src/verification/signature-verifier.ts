import { type Algorithm, parseAlgorithm } from '../crypto/algorithms.ts';
import { TokenError } from '../errors.ts';
import type { VerifiedJws } from '../issuers/token-cache.ts';
import type { TrustedIssuer, TrustedIssuers } from '../issuers/trusted-issuers.ts';
import type { KeySet, SelectedKey } from '../keys/key-set.ts';
import { andThen, type MaybePromise } from '../lib/maybe-promise.ts';
import { attributeTo } from '../observability/error-issuer.ts';
import type { Timings } from '../observability/timings.ts';
import type { ImportedKey } from '../runtime/crypto-runtime.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { type CompactJws, parseCompactJws } from '../token/compact-jws.ts';
import { HeaderCache } from '../token/header-cache.ts';
import { deepFreeze } from '../token/verified-token.ts';
import type { VerificationContext } from './verification-context.ts';

/** The collaborators of a {@link SignatureVerifier}. */
export interface SignatureVerifierParts {
  readonly issuers: TrustedIssuers;
  readonly timings: Timings;
  readonly runtime: Runtime;
}

/** A token with a valid signature, and the issuer that signed it. */
export interface SignedToken {
  readonly trusted: TrustedIssuer;
  readonly jws: VerifiedJws;
  /** The key set that selected the key. */
  readonly keySet: KeySet;
}

type SignatureContext = Pick<VerificationContext, 'inParallel' | 'waitUntil'>;

/** Verifies the signature of a compact JWS with a key of its issuer. Claims other than `iss` are not validated. */
export class SignatureVerifier {
  readonly #parts: SignatureVerifierParts;
  readonly #headers: HeaderCache = new HeaderCache();

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
        throw attributeTo(trusted.issuer, error);
      });
    } catch (error) {
      throw attributeTo(trusted.issuer, error);
    }
  }

  #verifyWithKey(trusted: TrustedIssuer, jws: CompactJws, context: SignatureContext): MaybePromise<SignedToken> {
    const { policy, entry } = trusted;
    const { alg, kid } = jws.header;
    const algorithm = parseAlgorithm(alg);
    if (algorithm === undefined || !policy.algorithms.accepts(algorithm)) {
      throw new TokenError('ERR_ALG_NOT_ALLOWED', 'The signature algorithm of the token is not accepted here');
    }
    const { waitUntil } = context;
    return andThen(entry.keys.find({ kid, algorithm, accepted: policy.algorithms, waitUntil }), (selected) =>
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
    const { timings } = this.#parts;
    const startedAt = timings.checkStarted();
    const result = inParallel ? key.verifyInParallel(signingInput, signature) : key.verify(signingInput, signature);
    if (startedAt === undefined) return result;
    return andThen(result, (isValid) => {
      timings.checkEnded(startedAt);
      return isValid;
    });
  }

  #signedToken(
    trusted: TrustedIssuer,
    jws: CompactJws,
    { key, keySet }: SelectedKey,
    algorithm: Algorithm,
  ): SignedToken {
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
