import type { Clock } from '../runtime/clock.ts';

/** The number of discoveries that unsigned tokens can cause: a burst, and a rate from then on. */
export class DiscoveryBudget {
  readonly #burst: number;
  readonly #perSecond: number;
  readonly #clock: Pick<Clock, 'monotonic'>;
  #left: number;
  #countedAt: number;

  constructor(limits: { readonly burst: number; readonly perSecond: number }, clock: Pick<Clock, 'monotonic'>) {
    this.#burst = limits.burst;
    this.#perSecond = limits.perSecond;
    this.#clock = clock;
    this.#left = limits.burst;
    this.#countedAt = clock.monotonic();
  }

  /**
   * Spends one discovery. Returns false if none is left.
   *
   * @param reserved - The number that must remain, for others.
   */
  spend(reserved = 0): boolean {
    const now = this.#clock.monotonic();
    this.#left = Math.min(this.#burst, this.#left + Math.max(0, now - this.#countedAt) * this.#perSecond);
    this.#countedAt = now;
    if (this.#left < 1 + reserved) return false;
    this.#left -= 1;
    return true;
  }

  /** Returns a discovery that a valid signature followed. */
  refund(): void {
    this.#left = Math.min(this.#burst, this.#left + 1);
  }
}
