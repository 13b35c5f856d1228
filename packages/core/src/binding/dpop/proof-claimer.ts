import { ProofError } from '../../errors.ts';
import { andThen, type MaybePromise } from '../../lib/maybe-promise.ts';
import type { ReplayClaims } from './replay-claims.ts';

interface Claimed {
  readonly id: string;
  readonly isFirst: MaybePromise<boolean>;
}

/** Claims the identifiers of proofs, once for each request: several guards of one request verify the same proof. */
export class ProofClaimer {
  readonly #claims: ReplayClaims;
  readonly #ofRequest: WeakMap<object, Claimed> = new WeakMap();

  constructor(claims: ReplayClaims) {
    this.#claims = claims;
  }

  /**
   * @param identity - The object that identifies the request.
   * @throws ProofError if the proof was used before; UnavailableError if the store fails. May also reject.
   */
  claim(id: string, seconds: number, identity: object | undefined): MaybePromise<void> {
    return andThen(this.#isFirst(id, seconds, identity), (isFirst) => {
      if (!isFirst) throw new ProofError('ERR_PROOF_REPLAYED', 'The proof was used before', { claim: 'jti' });
    });
  }

  #isFirst(id: string, seconds: number, identity: object | undefined): MaybePromise<boolean> {
    const known = identity === undefined ? undefined : this.#ofRequest.get(identity);
    if (known?.id === id) return known.isFirst;
    const isFirst = this.#claims.claim(id, seconds);
    if (identity !== undefined) this.#ofRequest.set(identity, { id, isFirst });
    return isFirst;
  }
}
