import type { Runtime, Timer } from '../runtime/runtime.ts';

/** One restartable timer. */
export class RefreshTimer {
  readonly #schedule: Runtime['schedule'];
  readonly #work: () => void;
  #timer: Timer | undefined;
  #isRetired = false;

  constructor(schedule: Runtime['schedule'], work: () => void) {
    this.#schedule = schedule;
    this.#work = work;
  }

  start(seconds: number): void {
    this.cancel();
    if (!this.#isRetired) this.#timer = this.#schedule(Math.max(0.1, seconds), this.#work);
  }

  cancel(): void {
    this.#timer?.cancel();
  }

  /** Cancels the timer for good. */
  retire(): void {
    this.#isRetired = true;
    this.cancel();
  }
}
