import type { Algorithm } from '../crypto/algorithms.ts';
import { TokenError } from '../errors.ts';
import type { PoolLimits, SignaturePool } from '../issuers/signature-pool.ts';
import type { VerifiedJws } from '../issuers/token-cache.ts';
import type { TrustedIssuer, TrustedIssuers } from '../issuers/trusted-issuers.ts';
import type { KeySet, SelectedKey } from '../keys/key-set.ts';
import { andThen, type MaybePromise } from '../lib/maybe-promise.ts';
import { attributeTo } from '../observability/error-issuer.ts';
import type { Counters } from '../observability/stats.ts';
import type { TimingMetrics } from '../observability/timing-metrics.ts';
import type { ImportedKey } from '../runtime/crypto-runtime.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { type CompactJws, parseCompactJws, readClaim } from '../token/compact-jws.ts';
import { deepFreeze } from '../token/frozen-token.ts';
import { HeaderCache } from '../token/header-cache.ts';
import { nameGraphToken } from './name-graph-token.ts';
import type { VerificationContext } from './verification-context.ts';

/** The collaborators of a {@link SignatureVerifier}. */
export interface SignatureVerifierParts {
  readonly issuers: TrustedIssuers;
  readonly timings: TimingMetrics;
  readonly counters: Pick<Counters, 'coldWaits'>;
  /** The pool that all verifiers of the process share. */
  readonly pool: SignaturePool;
  readonly runtime: Runtime;
}

/** A token with a valid signature, and the issuer that signed it. */
export interface SignedToken {
  readonly trusted: TrustedIssuer;
  readonly jws: VerifiedJws;
  /** The key set that selected the key. */
  readonly keySet: KeySet;
}

/** A token and its parts. */
interface ParsedToken {
  readonly token: string;
  readonly jws: CompactJws;
}

// Two clock reads for every signature would cost measurable time.
const checksPerSample = 16;

type SignatureContext = Pick<VerificationContext, 'inParallel' | 'request' | 'waitUntil'>;

/** Verifies the signature of a compact JWS with a key of its issuer. Claims other than `iss` are not validated. */
export class SignatureVerifier {
  readonly #parts: SignatureVerifierParts;
  readonly #headers: HeaderCache = new HeaderCache();
  #count = 0;
  #limits: PoolLimits | undefined;

  constructor(parts: SignatureVerifierParts) {
    this.#parts = parts;
  }

  /** Throws or rejects with an AuthError. The caller has limited the length of the token. */
  verify(token: string, context: SignatureContext): MaybePromise<SignedToken> {
    const { issuers, runtime } = this.#parts;
    const jws = parseCompactJws(token, runtime, this.#headers);
    return andThen(findIssuer(issuers, jws), (trusted) => this.#verifyFrom(trusted, { token, jws }, context));
  }

  #verifyFrom(trusted: TrustedIssuer, parsed: ParsedToken, context: SignatureContext): MaybePromise<SignedToken> {
    try {
      const signed = this.#verifyWithKey(trusted, parsed, context);
      if (!(signed instanceof Promise)) return signed;
      return signed.catch((error: unknown) => {
        throw attributed(trusted, nameGraphToken(error, parsed.jws.header));
      });
    } catch (error) {
      throw attributed(trusted, nameGraphToken(error, parsed.jws.header));
    }
  }

  #verifyWithKey(trusted: TrustedIssuer, parsed: ParsedToken, context: SignatureContext): MaybePromise<SignedToken> {
    const { policy, entry } = trusted;
    const { jws } = parsed;
    const { header } = jws;
    const algorithm = policy.algorithms.byName.get(header.alg);
    if (algorithm === undefined) {
      throw new TokenError('ERR_ALG_NOT_ALLOWED', 'The signature algorithm of the token is not accepted here');
    }
    const { waitUntil } = context;
    const found = entry.keys.find({ header, algorithm, accepted: policy.algorithms, waitUntil });
    if (found instanceof Promise) this.#parts.counters.coldWaits += 1;
    return andThen(found, (selected) =>
      andThen(selected.key.import(algorithm), (imported) => {
        if (imported === undefined)
          throw new TokenError('ERR_KEY_NOT_FOUND', 'The key that the token names is not usable');
        return andThen(this.#hasValidSignature(parsed, imported, context), (isValid) => {
          if (!isValid) throw new TokenError('ERR_SIGNATURE_INVALID', 'The signature of the token is invalid');
          return this.#signedToken(trusted, jws, selected, algorithm);
        });
      }),
    );
  }

  #hasValidSignature(parsed: ParsedToken, key: ImportedKey, context: SignatureContext): MaybePromise<boolean> {
    const { signingInput, signature } = parsed.jws;
    // A signature of another length is never valid, and takes no place in the pool.
    if (signature.byteLength !== key.signatureLength) return false;
    const isSample = this.#count % checksPerSample === 0;
    this.#count += 1;
    const stop = isSample ? this.#parts.timings.startSignature() : undefined;
    const measured = (isValid: MaybePromise<boolean>): MaybePromise<boolean> =>
      stop === undefined ? isValid : andThen(isValid, stop);
    if (!context.inParallel) return measured(key.verify(signingInput, signature));
    const verify = (): MaybePromise<boolean> => measured(key.verifyInParallel(signingInput, signature));
    const { pool, runtime } = this.#parts;
    // On first use: libuv reads the size of its pool then.
    this.#limits ??= {
      maxParallel: runtime.maxParallelSignatures(),
      sharesPromises: runtime.sharesPromises,
    };
    return pool.verify({ token: parsed.token, key, request: context.request, verify }, this.#limits);
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

function findIssuer(issuers: TrustedIssuers, { claims, header }: CompactJws): MaybePromise<TrustedIssuer> {
  try {
    return issuers.find(readClaim(claims, 'iss'));
  } catch (error) {
    throw nameGraphToken(error, header);
  }
}

// An issuer without a valid signature so far is a text that a client may have made up.
function attributed(trusted: TrustedIssuer, error: unknown): unknown {
  trusted.reject?.();
  return trusted.confirm === undefined ? attributeTo(trusted.issuer, error) : error;
}
