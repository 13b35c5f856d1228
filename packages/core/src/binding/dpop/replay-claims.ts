import { isAuthError, UnavailableError } from '../../errors.ts';
import type { MaybePromise } from '../../lib/maybe-promise.ts';
import type { ProofCounters } from '../../observability/stats.ts';
import type { ReplayStore } from '../../options/binding-options.ts';

const claimTimeout = 1000;

/** Asks a replay store about identifiers of proofs, within a time limit, and counts its answers. */
export class ReplayClaims {
  readonly #store: ReplayStore;
  readonly #counters: ProofCounters['replay'];

  constructor(store: ReplayStore, counters: ProofCounters['replay']) {
    this.#store = store;
    this.#counters = counters;
  }

  /**
   * Returns whether the identifier was not used before, and remembers it for some seconds.
   *
   * @throws UnavailableError if the store fails. May also reject.
   */
  claim(id: string, seconds: number): MaybePromise<boolean> {
    try {
      const answer: unknown = this.#store.claim(id, seconds);
      return isThenable(answer) ? this.#rejectLate(Promise.resolve(answer)) : this.#answered(answer);
    } catch (cause) {
      throw this.#failed(cause);
    }
  }

  async #rejectLate(claim: Promise<unknown>): Promise<boolean> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error(`No answer within ${claimTimeout} ms`)), claimTimeout);
    });
    try {
      return this.#answered(await Promise.race([claim, late]));
    } catch (cause) {
      throw this.#failed(cause);
    } finally {
      clearTimeout(timer);
    }
  }

  // A store of the application may answer anything.
  #answered(answer: unknown): boolean {
    const isFirst = answer === true;
    this.#counters[isFirst ? 'first' : 'repeated'] += 1;
    return isFirst;
  }

  #failed(cause: unknown): UnavailableError {
    this.#counters.failed += 1;
    if (isAuthError(cause) && cause.status === 503) return cause;
    return new UnavailableError('ERR_REPLAY_STORE_UNAVAILABLE', 'The replay store cannot be asked', { cause });
  }
}

// Stores return the promises of other libraries, too.
function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value;
}
