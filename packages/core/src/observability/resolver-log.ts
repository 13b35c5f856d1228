import type { TelemetryRuntime } from '../runtime/telemetry-runtime.ts';
import { nameThrown } from './describe-thrown.ts';

/** Warns the operator about the function that decides on issuers: once for each change of state. */
export class ResolverLog {
  readonly #runtime: Pick<TelemetryRuntime, 'warn'>;
  /** The issuers in use whose last renewal failed. Clients cannot add any. */
  readonly #failing: Set<string> = new Set();
  /** A few fixed texts. */
  readonly #wrongAnswers: Set<string> = new Set();

  constructor(runtime: Pick<TelemetryRuntime, 'warn'>) {
    this.#runtime = runtime;
  }

  /** The resolver could not decide again on an issuer that is in use. */
  failed(issuer: string, error: unknown): void {
    if (this.#failing.size === 0) {
      const reason = nameThrown(error instanceof Error && error.cause !== undefined ? error.cause : error);
      this.#runtime.warn(
        `The function for issuers fails, and its last decisions stay in effect for now: ${reason}`,
        'VERIFIER_RESOLVER',
      );
    }
    this.#failing.add(issuer);
  }

  /** The resolver decided again on an issuer. */
  decided(issuer: string): void {
    if (!this.#failing.delete(issuer) || this.#failing.size > 0) return;
    this.#runtime.warn('The function for issuers decides again', 'VERIFIER_RESOLVER_ENDED');
  }

  /** An issuer is no longer in use. */
  forget(issuer: string): void {
    this.#failing.delete(issuer);
  }

  /**
   * The resolver returned something that is neither usable options nor a refusal.
   *
   * @param kind - A fixed text, and none that a client chose.
   */
  wrongAnswer(kind: string): void {
    if (this.#wrongAnswers.has(kind)) return;
    this.#wrongAnswers.add(kind);
    this.#runtime.warn(
      `The function for issuers returned ${kind}: it must return the options of the issuer, or undefined to refuse it`,
      'VERIFIER_RESOLVER_ANSWER',
    );
  }
}
