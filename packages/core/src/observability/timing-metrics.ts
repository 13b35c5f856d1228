import type { Clock } from '../runtime/clock.ts';
import type { Histogram, Runtime } from '../runtime/runtime.ts';

/** Durations in seconds. */
export interface TimingStats {
  /** The number of measurements. */
  readonly count: number;
  /** The median; 0 without measurements. */
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

// Reading the clock twice for every signature would be measurable itself.
const signaturesPerSample = 16;

/** The durations of a verifier's fetches and signature checks. Allocates a histogram with the first measurement only. */
export class TimingMetrics {
  readonly #runtime: Pick<Runtime, 'createHistogram'>;
  readonly #clock: Clock;
  #fetches: Histogram | undefined;
  #signatures: Histogram | undefined;
  #signatureCount = 0;

  constructor(runtime: Pick<Runtime, 'createHistogram'>, clock: Clock) {
    this.#runtime = runtime;
    this.#clock = clock;
  }

  fetched(seconds: number): void {
    this.#fetches ??= this.#runtime.createHistogram();
    this.#fetches.record(seconds);
  }

  /** Called before a signature is verified. Returns the time if this verification is a sample, else undefined. */
  signatureStarted(): number | undefined {
    const isSample = this.#signatureCount % signaturesPerSample === 0;
    this.#signatureCount += 1;
    return isSample ? this.#clock.monotonic() : undefined;
  }

  /** @param startedAt - The result of {@link TimingMetrics.signatureStarted}. */
  signatureEnded(startedAt: number | undefined): void {
    if (startedAt === undefined) return;
    this.#signatures ??= this.#runtime.createHistogram();
    this.#signatures.record(this.#clock.monotonic() - startedAt);
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
