/** Runs one task at a time, numbers the runs, and recognizes results that a newer one or `abandon()` superseded. */
export class SingleFlight<TResult> {
  /** The number of runs started so far. Read only for other classes. */
  started = 0;
  /** The number of the run whose result was applied last, or superseded by `abandon()`. Read only for other classes. */
  applied = 0;
  readonly #sharesPromises: boolean;
  #current: Promise<TResult> | undefined;
  #controller: AbortController = new AbortController();

  /** @param sharesPromises - Whether one request may await, and abort, the run of another. */
  constructor(sharesPromises: boolean) {
    this.#sharesPromises = sharesPromises;
  }

  get isFlying(): boolean {
    return this.#current !== undefined;
  }

  /** Starts the task, or joins the run in flight. */
  run(task: (sequence: number, signal: AbortSignal) => Promise<TResult>): Promise<TResult> {
    if (this.#current !== undefined && this.#sharesPromises) return this.#current;
    this.started += 1;
    const { signal } = this.#sharesPromises ? this.#controller : new AbortController();
    const run = task(this.started, signal).finally(() => {
      if (this.#current === run) this.#current = undefined;
    });
    this.#current = run;
    return run;
  }

  /** Whether the result of a run must be ignored: runs may end out of order. */
  isSuperseded(sequence: number): boolean {
    return sequence <= this.applied;
  }

  apply(sequence: number): void {
    this.applied = sequence;
  }

  /** Aborts every run in flight, and ignores its result. */
  abandon(): void {
    this.applied = this.started;
    this.#current = undefined;
    if (this.#sharesPromises) this.#controller.abort();
    this.#controller = new AbortController();
  }
}
