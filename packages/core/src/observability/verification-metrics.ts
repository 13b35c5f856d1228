import { type AnyAuthError, isAuthError } from '../errors.ts';
import type { MaybePromise } from '../lib/maybe-promise.ts';
import type { Clock } from '../runtime/clock.ts';
import type { TelemetryRuntime } from '../runtime/telemetry-runtime.ts';
import type { TracingChannel } from '../runtime/tracing-channel.ts';
import type { VerifiedToken } from '../token/verified-token.ts';
import { AuthenticationTrace } from './authentication-trace.ts';
import { issuerOf } from './error-issuer.ts';
import type { EventListener, VerifierEvent } from './events.ts';
import { type RefusalEntry, refusalEntry } from './refusal-entry.ts';
import { RefusalLog, type RefusalLogParts } from './refusal-log.ts';
import type { Counters, VerifierStats } from './stats.ts';
import type { TimingMetrics } from './timing-metrics.ts';

// A histogram costs more than a list.
const batchSize = 64;

/** The collaborators of {@link VerificationMetrics}. */
export interface VerificationMetricsParts extends RefusalLogParts {
  readonly publish: EventListener;
  readonly log: (entry: RefusalEntry) => void;
  readonly runtime: Pick<TelemetryRuntime, 'trace'>;
  readonly timings: TimingMetrics;
  readonly clock: Pick<Clock, 'monotonic'>;
  /** Undefined if the runtime has no channels. */
  readonly channel: TracingChannel | undefined;
  /** Whether all issuers are configured by name. */
  readonly namesIssuers: boolean;
}

/** Counts the outcomes of verifications and publishes each refusal: in one place for every method of a verifier. */
export class VerificationMetrics {
  readonly counters: Counters;
  readonly log: RefusalLog;
  readonly #parts: VerificationMetricsParts;
  /** Durations that are not in a histogram yet. */
  readonly #batches: Readonly<Record<'cached' | 'uncached', number[]>> = { cached: [], uncached: [] };

  constructor(parts: VerificationMetricsParts) {
    this.counters = parts.counters;
    this.log = new RefusalLog(parts);
    this.#parts = parts;
  }

  /** Runs a verification, and measures it up to its result or error. */
  measure<TResult>(
    name: 'cached' | 'uncached',
    startedAt: number,
    run: () => MaybePromise<TResult>,
  ): MaybePromise<TResult> {
    const end = (): void => this.#measured(name, this.#parts.clock.monotonic() - startedAt);
    try {
      const result = run();
      if (result instanceof Promise) result.then(end, end);
      else end();
      return result;
    } catch (error) {
      end();
      throw error;
    }
  }

  #measured(name: 'cached' | 'uncached', seconds: number): void {
    if (this.#batches[name].push(seconds) === batchSize) this.#record(name);
  }

  #record(name: 'cached' | 'uncached'): void {
    for (const seconds of this.#batches[name].splice(0)) this.#parts.timings.record(name, seconds);
  }

  /** The durations of the verifications so far. */
  authentications(): VerifierStats['authentications'] {
    this.#record('cached');
    this.#record('uncached');
    const { timings } = this.#parts;
    return { cached: timings.stats('cached'), uncached: timings.stats('uncached') };
  }

  /** A trace of one authentication; undefined without subscribers. */
  startTrace(): AuthenticationTrace | undefined {
    const { channel, namesIssuers } = this.#parts;
    return channel?.hasSubscribers === true ? new AuthenticationTrace(channel, namesIssuers) : undefined;
  }

  /** Runs a verification, counts its outcome, and passes on its result or error. */
  outcome<TAuth extends VerifiedToken | null>(
    run: () => MaybePromise<TAuth>,
    trace?: AuthenticationTrace,
  ): MaybePromise<TAuth> {
    if (trace !== undefined) return trace.run(() => this.outcome(run));
    try {
      const result = run();
      if (result instanceof Promise) return result.then(this.#accepted<TAuth>, this.#refused);
      return this.#accepted(result);
    } catch (error) {
      return this.#refused(error);
    }
  }

  readonly #accepted = <TAuth extends VerifiedToken | null>(auth: TAuth): TAuth => {
    if (auth !== null) this.counters.verified += 1;
    return auth;
  };

  readonly #refused = (error: unknown): never => {
    if (isAuthError(error)) this.refuse(error);
    throw error;
  };

  /** Counts and publishes a refusal. */
  refuse(error: AnyAuthError): void {
    const { refused } = this.counters;
    const { code } = error;
    const issuer = issuerOf(error);
    refused[code] = (refused[code] ?? 0) + 1;
    this.log.refused(error, issuer);
    this.#parts.log(refusalEntry(error, issuer));
    const event: VerifierEvent = { type: 'token-refused', issuer, code };
    this.#parts.runtime.trace(event);
    this.#parts.publish(event);
  }
}
