import { UnavailableError } from '../../errors.ts';
import type { ReplayStore } from '../../options/binding-options.ts';
import type { Clock } from '../../runtime/clock.ts';

/** The options of a {@link ReplayMemory}. */
export interface ReplayMemoryOptions {
  /** The longest time that an identifier is remembered, in seconds. */
  readonly lifetime: number;
  readonly maxEntries: number;
  readonly clock: Pick<Clock, 'monotonic'>;
}

/**
 * A {@link ReplayStore} of one process. Two generations, each as long as the longest life of an identifier: no timer and no
 * scan. A full memory refuses new proofs, and never evicts one that may come again.
 */
export class ReplayMemory implements ReplayStore {
  readonly #options: ReplayMemoryOptions;
  #current: Set<string> = new Set();
  #last: Set<string> = new Set();
  #startedAt: number;

  constructor(options: ReplayMemoryOptions) {
    this.#options = options;
    this.#startedAt = options.clock.monotonic();
  }

  get size(): number {
    return this.#current.size + this.#last.size;
  }

  /** @throws UnavailableError with ERR_REPLAY_STORE_UNAVAILABLE if the memory is full. */
  claim(id: string): boolean {
    this.#startGeneration();
    if (this.#current.has(id) || this.#last.has(id)) return false;
    if (this.size >= this.#options.maxEntries) throw fullError(this.#options.lifetime);
    this.#current.add(id);
    return true;
  }

  #startGeneration(): void {
    const { clock, lifetime } = this.#options;
    const age = clock.monotonic() - this.#startedAt;
    if (age < lifetime) return;
    this.#last = age < 2 * lifetime ? this.#current : new Set();
    this.#current = new Set();
    this.#startedAt += age;
  }
}

function fullError(lifetime: number): UnavailableError {
  return new UnavailableError('ERR_REPLAY_STORE_UNAVAILABLE', 'The memory of DPoP proofs is full', {
    retryAfter: Math.min(lifetime, 30),
  });
}
