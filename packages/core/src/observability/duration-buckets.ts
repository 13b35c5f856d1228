/** A bucket of a distribution of durations. */
export interface DurationBucket {
  /** The upper bound in seconds, inclusive. */
  readonly le: number;
  /** The number of measurements up to the bound. Cumulative: it contains the counts of the lower buckets. */
  readonly count: number;
}

// In seconds. From a cached token (microseconds) to a slow fetch.
const bounds: readonly number[] = [
  0.000005, 0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1,
  5,
];

/** Counts durations in buckets with fixed bounds, so that the counts of several processes can be added. */
export class DurationBuckets {
  readonly #counts: number[] = bounds.map(() => 0);

  record(seconds: number): void {
    let index = 0;
    while (seconds > (bounds[index] ?? Number.POSITIVE_INFINITY)) index += 1;
    if (index < bounds.length) this.#counts[index] = (this.#counts[index] ?? 0) + 1;
  }

  /** The buckets, lowest bound first. */
  list(): readonly DurationBucket[] {
    let count = 0;
    return bounds.map((le, index) => {
      count += this.#counts[index] ?? 0;
      return { le, count };
    });
  }
}
