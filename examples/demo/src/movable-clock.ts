import type { Clock } from '@verifier/core';

/** The system clock plus an offset. */
export class MovableClock implements Clock {
  #offset = 0;

  now(): number {
    return Date.now() / 1000 + this.#offset;
  }

  monotonic(): number {
    return performance.now() / 1000 + this.#offset;
  }

  advance(minutes: number): void {
    this.#offset += minutes * 60;
  }
}
