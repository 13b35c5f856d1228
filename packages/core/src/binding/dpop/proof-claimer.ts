import { isAuthError, ProofError, UnavailableError } from '../../errors.ts';
import { andThen, type MaybePromise } from '../../lib/maybe-promise.ts';
import type { ReplayStore } from '../../options/binding-options.ts';

const claimTimeout = 1000;

interface Claimed {
  readonly id: string;
  readonly isFirst: MaybePromise<boolean>;
}

/** Claims the identifiers of proofs, once for each request: several guards of one request verify the same proof. */
export class ProofClaimer {
  readonly #store: ReplayStore;
  readonly #ofRequest: WeakMap<object, Claimed> = new WeakMap();

  constructor(store: ReplayStore) {
    this.#store = store;
  }

  /**
   * @param identity - The object that identifies the request.
   * @throws ProofError if the proof was used before; UnavailableError if the store fails. May also reject.
   */
  claim(id: string, seconds: number, identity: object | undefined): MaybePromise<void> {
    return andThen(this.#isFirst(id, seconds, identity), (isFirst) => {
      if (isFirst !== true) throw new ProofError('ERR_PROOF_REPLAYED', 'The proof was used before', { claim: 'jti' });
    });
  }

  #isFirst(id: string, seconds: number, identity: object | undefined): MaybePromise<boolean> {
    const known = identity === undefined ? undefined : this.#ofRequest.get(identity);
    if (known?.id === id) return known.isFirst;
    const isFirst = claimInTime(this.#store, id, seconds);
    if (identity !== undefined) this.#ofRequest.set(identity, { id, isFirst });
    return isFirst;
  }
}

function claimInTime(store: ReplayStore, id: string, seconds: number): MaybePromise<boolean> {
  try {
    const isFirst: unknown = store.claim(id, seconds);
    // Stores return the promises of other libraries, too.
    const isThenable = typeof isFirst === 'object' && isFirst !== null && 'then' in isFirst;
    return isThenable ? rejectLate(Promise.resolve(isFirst as PromiseLike<boolean>)) : isFirst === true;
  } catch (cause) {
    throw storeError(cause);
  }
}

async function rejectLate(claim: Promise<boolean>): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`No answer within ${claimTimeout} ms`)), claimTimeout);
  });
  try {
    return await Promise.race([claim, late]);
  } catch (cause) {
    throw storeError(cause);
  } finally {
    clearTimeout(timer);
  }
}

function storeError(cause: unknown): UnavailableError {
  if (isAuthError(cause) && cause.status === 503) return cause;
  return new UnavailableError('ERR_REPLAY_STORE_UNAVAILABLE', 'The replay store cannot be asked', { cause });
}
