import { encodeBinary } from '../crypto/base64url.ts';
import { TokenError } from '../errors.ts';
import { andThen, type MaybePromise } from '../lib/maybe-promise.ts';
import type { AdvertisedDpop } from '../request/challenge.ts';
import type { RequestLike } from '../request/request.ts';
import type { VerifiedToken } from '../token/verified-token.ts';
import type { DpopParts } from './dpop/open-proof-verifier.ts';
import type { AcceptedProof, ProofVerifier } from './dpop/proof-verifier.ts';

const thumbprint = /^[A-Za-z0-9_-]{43}$/;

/** Requires a DPoP proof for each token with the scheme DPoP (RFC 9449, sections 4.3 and 7). */
export class DpopBinding {
  readonly #parts: DpopParts;
  readonly #headers: WeakMap<VerifiedToken, Readonly<Record<string, string>>> = new WeakMap();
  #verifier: ProofVerifier | undefined;

  /** The mode and the algorithms that a challenge names. */
  readonly advertised: AdvertisedDpop;

  constructor(parts: DpopParts) {
    this.#parts = parts;
    this.advertised = {
      isRequired: this.isRequired,
      algs: [...parts.algorithms.byName.keys()].join(' '),
    };
    // Loads the module before the first request. An error shows at the first request.
    this.#load().catch(() => undefined);
  }

  /** Whether bearer tokens are refused. */
  get isRequired(): boolean {
    return this.#parts.options.mode === 'require';
  }

  /**
   * @param digest - SHA-256 of the token, with one character for each byte; undefined if nothing has computed it.
   * @throws TokenError if the token is not bound by `jkt`; ProofError if the proof is refused; UnavailableError if the replay
   *   store fails. May also reject.
   */
  verify(token: VerifiedToken, digest: string | undefined, request: RequestLike): MaybePromise<void> {
    const jkt = token.confirmation?.jkt;
    if (jkt === undefined || !thumbprint.test(jkt)) throw notBound();
    const verified = andThen(this.#verifier ?? this.#load(), (verifier) =>
      andThen(digest ?? this.#parts.runtime.digest(token.token), (hash) =>
        verifier.verify(request, { jkt, tokenHash: encodeBinary(hash) }),
      ),
    );
    return andThen(verified, (accepted) => this.#remember(token, accepted));
  }

  headersOf(token: VerifiedToken): Readonly<Record<string, string>> | undefined {
    return this.#headers.get(token);
  }

  #remember(token: VerifiedToken, { nextNonce }: AcceptedProof): void {
    if (nextNonce === undefined) return;
    this.#headers.set(token, Object.freeze({ 'DPoP-Nonce': nextNonce, 'Cache-Control': 'no-store' }));
  }

  // Each caller imports for itself: on Workers, a request must not await the promise of another one.
  async #load(): Promise<ProofVerifier> {
    const { openProofVerifier } = await import('./dpop/open-proof-verifier.ts');
    this.#verifier ??= openProofVerifier(this.#parts);
    return this.#verifier;
  }
}

function notBound(): TokenError {
  return new TokenError(
    'ERR_BINDING_MISMATCH',
    'The token was sent with the scheme DPoP and is not bound to a key by jkt',
    {
      claim: 'cnf',
      reason: 'mismatch',
    },
  );
}
