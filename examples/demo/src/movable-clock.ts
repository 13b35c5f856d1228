import type { Clock } from '@verifier/core';

/** The clock of this machine, and whatever it was set forward. */
export class MovableClock implements Clock {
  #offset = 0;

  now(): number {
    return Date.now() / 1000 + this.#offset;
  }

  monotonic(): number {
    return performance.now() / 1000 + this.#offset;
  }

  forward(minutes: number): void {
    this.#offset += minutes * 60;
  }
}
