import { LimitExceededError } from './limit-exceeded-error.ts';

/** The limits of a {@link Limiter}. */
export interface LimiterLimits {
  /** The number of tasks that run at once. */
  readonly concurrent: number;
  /** The number of tasks that wait for a free place. Those of infinite priority are not counted. */
  readonly waiting: number;
  /** The seconds that a task waits at most. */
  readonly longestWait: number;
}

interface Place {
  readonly priority: number;
  start(): void;
  refuse(error: LimitExceededError): void;
}

/** Runs a limited number of tasks at once. Others wait by priority, and in order of arrival within one priority. */
export class Limiter {
  readonly #limits: LimiterLimits;
  readonly #waiting: Set<Place> = new Set();
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
   * @param priority - A task of a higher priority starts before those that wait, and takes the place of one in a full queue.
   * @throws LimitExceededError if no place is free; otherwise as the task does.
   */
  async run<TResult>(task: () => Promise<TResult>, priority = 0): Promise<TResult> {
    if (this.#running < this.#limits.concurrent) this.#running += 1;
    else await this.#wait(priority);
    try {
      return await task();
    } finally {
      this.#next();
    }
  }

  // The place is passed on without becoming free in between, so that no newcomer overtakes the queue.
  #next(): void {
    const first = this.#first((place, best) => place.priority > best.priority);
    if (first === undefined) this.#running -= 1;
    else first.start();
  }

  #wait(priority: number): Promise<void> {
    if (priority !== Number.POSITIVE_INFINITY && this.#waiting.size >= this.#limits.waiting) this.#makeRoom(priority);
    const { longestWait } = this.#limits;
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(place);
      };
      const place: Place = {
        priority,
        start: () => {
          leave();
          resolve();
        },
        refuse: (error) => {
          leave();
          reject(error);
        },
      };
      const late = (): void => place.refuse(new LimitExceededError(`No place became free in ${longestWait} s`));
      const timer = setTimeout(late, longestWait * 1000);
      this.#waiting.add(place);
    });
  }

  #makeRoom(priority: number): void {
    // The last one of the lowest priority: it has waited the shortest time.
    const last = this.#first((place, lowest) => place.priority <= lowest.priority);
    const error = new LimitExceededError('The queue is full');
    if (last === undefined || last.priority >= priority) throw error;
    last.refuse(error);
  }

  #first(precedes: (place: Place, other: Place) => boolean): Place | undefined {
    let first: Place | undefined;
    for (const place of this.#waiting) if (first === undefined || precedes(place, first)) first = place;
    return first;
  }
}
