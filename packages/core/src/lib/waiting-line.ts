/** The bounds of a {@link WaitingLine}. */
export interface WaitingLineOptions {
  /** The number of urgent tasks that may wait. */
  readonly maxUrgent: number;
  /** The time that an urgent task may wait, in seconds. */
  readonly maxWait: number;
  /** Seconds on a monotonic clock. */
  readonly now: () => number;
  /** Creates the error of an urgent task that exceeds a bound. */
  readonly refuse: () => Error;
}

/** Work that waits for its turn. */
export interface WaitingTask<TResult> {
  /** The number of tasks that may be in flight when this one has started. */
  readonly limit: number;
  /** Whether the bounds apply. The callers of other tasks limit their number themselves. */
  readonly isUrgent: boolean;
  start(): TResult | Promise<TResult>;
}

interface Place {
  readonly limit: number;
  readonly since: number;
  start(): void;
  refuse(error: Error): void;
}

/**
 * Tasks in the order of their arrival. Urgent tasks and others start in turn, so that neither kind delays the other by
 * more than a half.
 */
export class WaitingLine<TResult> {
  readonly #options: WaitingLineOptions;
  readonly #urgent: Place[] = [];
  readonly #others: Place[] = [];
  #isOthersTurn = false;

  constructor(options: WaitingLineOptions) {
    this.#options = options;
  }

  /**
   * Adds a task. Returns its result, or rejects with the error of `refuse` if it is urgent and waited too long.
   *
   * @throws The error of `refuse` if the task is urgent and too many wait.
   */
  join(task: WaitingTask<TResult>): Promise<TResult> {
    const { maxUrgent, now, refuse } = this.#options;
    if (task.isUrgent && this.#urgent.length >= maxUrgent) throw refuse();
    return new Promise((resolve, reject) => {
      const start = (): void => {
        try {
          resolve(task.start());
        } catch (error) {
          reject(error);
        }
      };
      const { limit, isUrgent } = task;
      (isUrgent ? this.#urgent : this.#others).push({ limit, since: now(), start, refuse: reject });
    });
  }

  /** The number of tasks that wait. */
  get length(): number {
    return this.#urgent.length + this.#others.length;
  }

  /** Starts the next task if its limit permits. Returns whether it did. */
  startNext(inFlight: number): boolean {
    const next = this.#next();
    if (next === undefined || inFlight >= next.limit) return false;
    this.#leave(next);
    next.start();
    return true;
  }

  #next(): Place | undefined {
    this.#denyExpired();
    const [urgent] = this.#urgent;
    const [other] = this.#others;
    return this.#isOthersTurn ? (other ?? urgent) : (urgent ?? other);
  }

  #leave(place: Place): void {
    const isUrgent = place === this.#urgent[0];
    (isUrgent ? this.#urgent : this.#others).shift();
    this.#isOthersTurn = isUrgent;
  }

  #denyExpired(): void {
    const { now, maxWait, refuse } = this.#options;
    const oldest = now() - maxWait;
    for (let [place] = this.#urgent; place !== undefined && place.since < oldest; [place] = this.#urgent) {
      this.#urgent.shift();
      place.refuse(refuse());
    }
  }
}
