import { type AnyAuthError, isAuthError } from '../errors.ts';
import type { MaybePromise } from '../lib/maybe-promise.ts';
import type { TelemetryRuntime } from '../runtime/telemetry-runtime.ts';
import type { VerifiedToken } from '../token/verified-token.ts';
import { issuerOf } from './error-issuer.ts';
import type { EventListener, VerifierEvent } from './events.ts';
import type { Counters } from './stats.ts';

/** Counts the outcomes of verifications and publishes each refusal: in one place for every method of a verifier. */
export class VerificationMetrics {
  readonly counters: Counters = { refused: {}, verified: 0, hits: 0, misses: 0 };
  readonly #publish: EventListener;
  readonly #runtime: Pick<TelemetryRuntime, 'debug' | 'trace'>;

  constructor(publish: EventListener, runtime: Pick<TelemetryRuntime, 'debug' | 'trace'>) {
    this.#publish = publish;
    this.#runtime = runtime;
  }

  /** Runs a verification, counts its outcome, and passes on its result or error. */
  outcome<TAuth extends VerifiedToken | null>(run: () => MaybePromise<TAuth>): MaybePromise<TAuth> {
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
    if (isAuthError(error)) this.#publishRefusal(error);
    throw error;
  };

  #publishRefusal(error: AnyAuthError): void {
    const { refused } = this.counters;
    const { code } = error;
    const issuer = issuerOf(error);
    refused[code] = (refused[code] ?? 0) + 1;
    const claim = 'claim' in error ? ` (${error.claim})` : '';
    this.#runtime.debug(`${issuer ?? 'no issuer'}: refused, ${code}${claim}`);
    const event: VerifierEvent = { type: 'token-refused', issuer, code };
    this.#runtime.trace(event);
    this.#publish(event);
  }
}
