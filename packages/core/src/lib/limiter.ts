import { LimitExceededError } from './limit-exceeded-error.ts';

/** The limits of a {@link Limiter}. */
export interface LimiterLimits {
  /** The number of tasks that run at once. */
  readonly concurrent: number;
  /** The number of tasks that wait for a free place. Urgent ones are not counted. */
  readonly waiting: number;
  /** The seconds that a task waits at most. */
  readonly longestWait: number;
}

/** Runs a limited number of tasks at once. Others wait in order of arrival, urgent ones first. */
export class Limiter {
  readonly #limits: LimiterLimits;
  readonly #urgent: Set<() => void> = new Set();
  readonly #waiting: Set<() => void> = new Set();
  #running = 0;

  constructor(limits: LimiterLimits) {
    this.#limits = limits;
  }

  /** Whether no task runs or waits. */
  get isIdle(): boolean {
    return this.#running === 0;
  }

  /**
   * Runs a task as soon as a place is free.
   *
   * @throws LimitExceededError if none is; otherwise as the task does.
   */
  async run<TResult>(task: () => Promise<TResult>, isUrgent = false): Promise<TResult> {
    if (this.#running < this.#limits.concurrent) this.#running += 1;
    else await this.#wait(isUrgent);
    try {
      return await task();
    } finally {
      this.#next();
    }
  }

  // The place is passed on without becoming free in between, so that no newcomer overtakes the queue.
  #next(): void {
    const queue = this.#urgent.size > 0 ? this.#urgent : this.#waiting;
    const [start] = queue;
    if (start === undefined) {
      this.#running -= 1;
      return;
    }
    queue.delete(start);
    start();
  }

  #wait(isUrgent: boolean): Promise<void> {
    const queue = isUrgent ? this.#urgent : this.#waiting;
    if (!isUrgent && queue.size >= this.#limits.waiting) throw new LimitExceededError('The queue is full');
    return new Promise((resolve, reject) => {
      const start = (): void => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        queue.delete(start);
        reject(new LimitExceededError(`No place became free in ${this.#limits.longestWait} s`));
      }, this.#limits.longestWait * 1000);
      queue.add(start);
    });
  }
}
