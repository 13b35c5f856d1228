import { type AnyAuthError, isAuthError } from '../errors.ts';
import type { MaybePromise } from '../lib/maybe-promise.ts';
import type { TelemetryRuntime } from '../runtime/telemetry-runtime.ts';
import type { VerifiedToken } from '../token/verified-token.ts';
import { issuerOf } from './error-issuer.ts';
import type { EventListener, VerifierEvent } from './events.ts';
import { RefusalLog, type RefusalLogParts } from './refusal-log.ts';
import type { Counters } from './stats.ts';

/** Counts the outcomes of verifications and publishes each refusal: in one place for every method of a verifier. */
export class VerificationMetrics {
  readonly counters: Counters = { refused: {}, verified: 0, granted: 0, hits: 0, misses: 0 };
  readonly #log: RefusalLog;
  readonly #publish: EventListener;
  readonly #runtime: Pick<TelemetryRuntime, 'trace'>;

  constructor(
    publish: EventListener,
    runtime: Pick<TelemetryRuntime, 'trace'>,
    parts: Omit<RefusalLogParts, 'counters'>,
  ) {
    this.#log = new RefusalLog({ ...parts, counters: this.counters });
    this.#publish = publish;
    this.#runtime = runtime;
  }

  /**
   * Runs a verification, counts its outcome, and passes on its result or error.
   *
   * @param isRequiring - Whether the route requires more than a valid token.
   */
  outcome<TAuth extends VerifiedToken | null>(
    run: () => MaybePromise<TAuth>,
    isRequiring: boolean,
  ): MaybePromise<TAuth> {
    const accepted = isRequiring ? this.#granted : this.#accepted;
    try {
      const result = run();
      if (result instanceof Promise) return result.then(accepted<TAuth>, this.#refused);
      return accepted(result);
    } catch (error) {
      return this.#refused(error);
    }
  }

  readonly #accepted = <TAuth extends VerifiedToken | null>(auth: TAuth): TAuth => {
    if (auth !== null) this.counters.verified += 1;
    return auth;
  };

  readonly #granted = <TAuth extends VerifiedToken | null>(auth: TAuth): TAuth => {
    if (auth !== null) this.counters.granted += 1;
    return this.#accepted(auth);
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
    this.#log.refused(error, issuer);
    const event: VerifierEvent = { type: 'token-refused', issuer, code };
    this.#runtime.trace(event);
    this.#publish(event);
  }
}
