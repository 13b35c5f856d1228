import type { Clock } from '../../src/index.ts';
import { now } from './sign-token.ts';

/** A clock that moves only when a test advances it. Starts at the time at which the test tokens are issued. */
export class FakeClock implements Clock {
  #elapsed = 0;
  readonly #start: number;

  constructor(start: number = now) {
    this.#start = start;
  }

  // Own members: a test may spread the clock to replace one of the two times.
  readonly now = (): number => this.#start + this.#elapsed;
  readonly monotonic = (): number => 1000 + this.#elapsed;

  /** Moves both the wall clock and the monotonic clock. A negative number moves them back. */
  advance(seconds: number): void {
    this.#elapsed += seconds;
  }
}
