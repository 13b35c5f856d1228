import type { Clock } from '../runtime/clock.ts';
import type { Histogram, TelemetryRuntime } from '../runtime/telemetry-runtime.ts';
import { type DurationBucket, DurationBuckets } from './duration-buckets.ts';

/** Durations in seconds. */
export interface TimingStats {
  /** The number of measurements. */
  readonly count: number;
  /** The sum of all measurements: its increase, divided by that of `count`, is the mean of a period. */
  readonly sum: number;
  /** The median; 0 without measurements. */
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  /**
   * The measurements in cumulative buckets, lowest bound first. The last bound is 5 s; `count` has the longer ones, too,
   * and is the bucket `+Inf` of Prometheus.
   */
  readonly buckets: readonly DurationBucket[];
}

/** The distributions of a verifier. */
export type TimingName = 'fetches' | 'signatureChecks' | 'cached' | 'uncached';

const noBuckets = new DurationBuckets();

/** The durations of a verifier's fetches, signature checks and authentications. Allocates a histogram with the first measurement only. */
export class TimingMetrics {
  readonly #runtime: Pick<TelemetryRuntime, 'createHistogram'>;
  readonly #clock: Clock;
  readonly #durations: Partial<Record<TimingName, Durations>> = {};

  constructor(runtime: Pick<TelemetryRuntime, 'createHistogram'>, clock: Clock) {
    this.#runtime = runtime;
    this.#clock = clock;
  }

  record(name: TimingName, seconds: number): void {
    // A clock of the application may fail. Its tokens are refused, and not measured.
    if (!Number.isFinite(seconds)) return;
    this.#durations[name] ??= { histogram: this.#runtime.createHistogram(), buckets: new DurationBuckets(), sum: 0 };
    const durations = this.#durations[name];
    durations.histogram.record(seconds);
    durations.buckets.record(seconds);
    durations.sum += seconds;
  }

  /** Starts a measurement. Returns a function that ends it and passes on its argument. */
  startSignature(): <TValue>(value: TValue) => TValue {
    const startedAt = this.#clock.monotonic();
    return (value) => {
      this.record('signatureChecks', this.#clock.monotonic() - startedAt);
      return value;
    };
  }

  stats(name: TimingName): TimingStats {
    const durations = this.#durations[name];
    if (durations === undefined) return { count: 0, sum: 0, p50: 0, p95: 0, p99: 0, buckets: noBuckets.list() };
    const { histogram, buckets, sum } = durations;
    const [p50 = 0, p95 = 0, p99 = 0] = [50, 95, 99].map((percent) => histogram.percentile(percent));
    return { count: histogram.count, sum, p50, p95, p99, buckets: buckets.list() };
  }
}

interface Durations {
  readonly histogram: Histogram;
  readonly buckets: DurationBuckets;
  sum: number;
}
