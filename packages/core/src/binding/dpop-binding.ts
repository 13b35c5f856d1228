import { encodeBinary } from '../crypto/base64url.ts';
import { TokenError } from '../errors.ts';
import { andThen, type MaybePromise } from '../lib/maybe-promise.ts';
import type { AdvertisedDpop } from '../request/challenge.ts';
import type { RequestLike } from '../request/request.ts';
import type { VerifiedToken } from '../token/verified-token.ts';
import { denyUnprovedBinding } from './deny-unproved-binding.ts';
import type { DpopParts } from './dpop/open-proof-verifier.ts';
import type { AcceptedProof, ProofVerifier } from './dpop/proof-verifier.ts';
import type { TokenBinding } from './token-binding.ts';

const thumbprint = /^[A-Za-z0-9_-]{43}$/;

/** Requires a DPoP proof for each token that is bound to a key by `jkt` (RFC 9449, sections 4.3 and 7). */
export class DpopBinding implements TokenBinding {
  readonly #parts: DpopParts;
  readonly #headers: WeakMap<VerifiedToken, Readonly<Record<string, string>>> = new WeakMap();
  #verifier: ProofVerifier | undefined;

  /** The mode and the algorithms that a challenge names. */
  readonly advertised: AdvertisedDpop;

  constructor(parts: DpopParts) {
    this.#parts = parts;
    this.advertised = {
      isRequired: parts.options.mode === 'require',
      algs: [...parts.algorithms.byName.keys()].join(' '),
    };
    // Loads the module before the first request. An error shows at the first request.
    this.#load().catch(() => undefined);
  }

  verify(token: VerifiedToken, digest: string | undefined, request: RequestLike | undefined): MaybePromise<void> {
    const { confirmation, scheme } = token;
    if (scheme === 'Bearer') return this.#denyBearer(token, request);
    const jkt = confirmation?.jkt;
    if (jkt === undefined || !thumbprint.test(jkt)) throw notBound();
    if (confirmation?.x5t !== undefined || request === undefined) throw denyUnprovedBinding(token, request);
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

  #denyBearer(token: VerifiedToken, request: RequestLike | undefined): void {
    if (token.confirmation !== undefined) throw denyUnprovedBinding(token, request);
    if (this.#parts.options.mode === 'require') {
      throw new TokenError('ERR_BINDING_REQUIRED', 'The token is not bound to a key, which dpop.mode requires');
    }
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
