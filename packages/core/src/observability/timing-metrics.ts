import type { Clock } from '../runtime/clock.ts';
import type { Histogram, TelemetryRuntime } from '../runtime/telemetry-runtime.ts';

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
}

/** The durations of a verifier's fetches and signature checks. Allocates a histogram with the first measurement only. */
export class TimingMetrics {
  readonly #runtime: Pick<TelemetryRuntime, 'createHistogram'>;
  readonly #clock: Clock;
  #fetches: Durations | undefined;
  #signatures: Durations | undefined;

  constructor(runtime: Pick<TelemetryRuntime, 'createHistogram'>, clock: Clock) {
    this.#runtime = runtime;
    this.#clock = clock;
  }

  fetched(seconds: number): void {
    this.#fetches ??= this.#createDurations();
    record(this.#fetches, seconds);
  }

  /** Starts a measurement. Returns a function that ends it and passes on its argument. */
  startSignature(): <TValue>(value: TValue) => TValue {
    const startedAt = this.#clock.monotonic();
    return (value) => {
      this.#signatures ??= this.#createDurations();
      record(this.#signatures, this.#clock.monotonic() - startedAt);
      return value;
    };
  }

  #createDurations(): Durations {
    return { histogram: this.#runtime.createHistogram(), sum: 0 };
  }

  get fetches(): TimingStats {
    return statsOf(this.#fetches);
  }

  get signatureChecks(): TimingStats {
    return statsOf(this.#signatures);
  }
}

interface Durations {
  readonly histogram: Histogram;
  sum: number;
}

function record(durations: Durations, seconds: number): void {
  durations.histogram.record(seconds);
  durations.sum += seconds;
}

function statsOf(durations: Durations | undefined): TimingStats {
  if (durations === undefined) return { count: 0, sum: 0, p50: 0, p95: 0, p99: 0 };
  const { histogram, sum } = durations;
  const [p50 = 0, p95 = 0, p99 = 0] = [50, 95, 99].map((percent) => histogram.percentile(percent));
  return { count: histogram.count, sum, p50, p95, p99 };
}
