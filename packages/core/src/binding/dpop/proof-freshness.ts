import type { Clock } from '../../runtime/clock.ts';

/** How long an identifier must be remembered beyond the window of its proof, in seconds. */
const replayMargin = 5;

/** The longest time for which a proof of a window may come again, in seconds. */
export function longestReplay(window: number): number {
  return 2 * window + replayMargin;
}

/**
 * Whether proofs are fresh by their `iat` (RFC 9449, section 11.1). A wall clock that is set back does not make a proof
 * fresh again whose identifier may be forgotten: the times of proofs are compared with what the clock showed before.
 */
export class ProofFreshness {
  readonly #window: number;
  readonly #clock: Clock;
  #startedAt: number;
  #latest = Number.NEGATIVE_INFINITY;
  #latestBefore = Number.NEGATIVE_INFINITY;
  #forgotten = Number.NEGATIVE_INFINITY;

  /** @param window - How far `iat` may be from now, either way, in seconds. */
  constructor(window: number, clock: Clock) {
    this.#window = window;
    this.#clock = clock;
    this.#startedAt = clock.monotonic();
  }

  isFresh(issuedAt: number): boolean {
    const now = this.#clock.now();
    this.#observe(now);
    return Math.abs(now - issuedAt) <= this.#window && issuedAt > this.#forgotten + this.#window;
  }

  /** The time for which the identifier of a fresh proof must be remembered, in seconds. */
  replayTime(issuedAt: number): number {
    return Math.ceil(issuedAt + this.#window - this.#clock.now() + replayMargin);
  }

  // As long as the clock is never set back, `#forgotten` is older than every fresh proof.
  #observe(now: number): void {
    const age = this.#clock.monotonic() - this.#startedAt;
    const lifetime = longestReplay(this.#window);
    if (age >= lifetime) {
      this.#forgotten = Math.max(
        this.#forgotten,
        this.#latestBefore,
        age < 2 * lifetime ? this.#latestBefore : this.#latest,
      );
      this.#latestBefore = this.#latest;
      this.#latest = Number.NEGATIVE_INFINITY;
      this.#startedAt += age;
    }
    this.#latest = Math.max(this.#latest, now);
  }
}
