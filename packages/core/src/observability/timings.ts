import type { Clock } from '../runtime/clock.ts';
import type { Histogram, TelemetryRuntime } from '../runtime/telemetry-runtime.ts';

/** How long something took, in seconds. */
export interface TimingStats {
  /** How often it was measured. */
  readonly count: number;
  /** Half of them took no longer; 0 where nothing was measured. */
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

// Of so many signature checks one is measured: reading the clock twice is not free.
const checksPerSample = 16;

/** Measures what a verifier does. Nothing is allocated before there is something to measure. */
export class Timings {
  readonly #runtime: Pick<TelemetryRuntime, 'createHistogram'>;
  readonly #clock: Clock;
  #fetches: Histogram | undefined;
  #checks: Histogram | undefined;
  #checkCount = 0;

  constructor(runtime: Pick<TelemetryRuntime, 'createHistogram'>, clock: Clock) {
    this.#runtime = runtime;
    this.#clock = clock;
  }

  fetched(seconds: number): void {
    this.#fetches ??= this.#runtime.createHistogram();
    this.#fetches.record(seconds);
  }

  /** A signature is about to be checked. Returns when, where this check is one of those that are measured. */
  checkStarted(): number | undefined {
    const isSample = this.#checkCount % checksPerSample === 0;
    this.#checkCount += 1;
    return isSample ? this.#clock.monotonic() : undefined;
  }

  /** @param startedAt - What {@link Timings.checkStarted} returned. */
  checkEnded(startedAt: number | undefined): void {
    if (startedAt === undefined) return;
    this.#checks ??= this.#runtime.createHistogram();
    this.#checks.record(this.#clock.monotonic() - startedAt);
  }

  get fetches(): TimingStats {
    return read(this.#fetches);
  }

  get signatureChecks(): TimingStats {
    return read(this.#checks);
  }
}

function read(histogram: Histogram | undefined): TimingStats {
  const percentile = (percent: number): number => (histogram === undefined ? 0 : histogram.percentile(percent));
  return { count: histogram?.count ?? 0, p50: percentile(50), p95: percentile(95), p99: percentile(99) };
}
