import type { Clock } from '../runtime/clock.ts';
import type { Histogram, TelemetryRuntime } from '../runtime/telemetry-runtime.ts';

/** Durations in seconds. */
export interface TimingStats {
  /** The number of measurements. */
  readonly count: number;
  /** The median; 0 without measurements. */
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** The durations of a verifier's fetches and signature checks. Allocates a histogram with the first measurement only. */
export class TimingMetrics {
  readonly #runtime: Pick<TelemetryRuntime, 'createHistogram'>;
  readonly #clock: Clock;
  #fetches: Histogram | undefined;
  #signatures: Histogram | undefined;

  constructor(runtime: Pick<TelemetryRuntime, 'createHistogram'>, clock: Clock) {
    this.#runtime = runtime;
    this.#clock = clock;
  }

  fetched(seconds: number): void {
    this.#fetches ??= this.#runtime.createHistogram();
    this.#fetches.record(seconds);
  }

  /** Starts a measurement. Returns a function that ends it and passes on its argument. */
  startSignature(): <TValue>(value: TValue) => TValue {
    const startedAt = this.#clock.monotonic();
    return (value) => {
      this.#signatures ??= this.#runtime.createHistogram();
      this.#signatures.record(this.#clock.monotonic() - startedAt);
      return value;
    };
  }

  get fetches(): TimingStats {
    return statsOf(this.#fetches);
  }

  get signatureChecks(): TimingStats {
    return statsOf(this.#signatures);
  }
}

function statsOf(histogram: Histogram | undefined): TimingStats {
  const percentile = (percent: number): number => (histogram === undefined ? 0 : histogram.percentile(percent));
  return { count: histogram?.count ?? 0, p50: percentile(50), p95: percentile(95), p99: percentile(99) };
}
