import { isAuthError } from '../errors.ts';
import type { MaybePromise } from '../lib/maybe-promise.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { VerifiedToken } from '../token/verified-token.ts';
import type { EventListener, VerifierEvent } from './events.ts';
import type { Counters } from './stats.ts';

/** The trusted issuer of a verification; undefined until it is known. */
export interface NamesIssuer {
  readonly issuer: string | undefined;
}

/** Counts the outcomes of verifications and publishes each refusal, for every method of a verifier. */
export class VerificationMetrics {
  readonly counters: Counters = { refused: {}, verified: 0, hits: 0, misses: 0 };
  readonly #publish: EventListener;
  readonly #runtime: Pick<Runtime, 'debug' | 'trace'>;

  constructor(publish: EventListener, runtime: Pick<Runtime, 'debug' | 'trace'>) {
    this.#publish = publish;
    this.#runtime = runtime;
  }

  /** Runs a verification and counts its outcome. Returns or throws the same. */
  outcome<TResult extends MaybePromise<VerifiedToken | null>>(mode: NamesIssuer, run: () => TResult): TResult {
    try {
      const result = run();
      if (result instanceof Promise) return this.#later(result, mode) as TResult;
      this.#passed(result as VerifiedToken | null);
      return result;
    } catch (error) {
      this.#refused(error, mode);
      throw error;
    }
  }

  async #later<TResult extends VerifiedToken | null>(result: Promise<TResult>, mode: NamesIssuer): Promise<TResult> {
    try {
      const auth = await result;
      this.#passed(auth);
      return auth;
    } catch (error) {
      this.#refused(error, mode);
      throw error;
    }
  }

  #passed(auth: VerifiedToken | null): void {
    if (auth !== null) this.counters.verified += 1;
  }

  #refused(error: unknown, { issuer }: NamesIssuer): void {
    if (!isAuthError(error)) return;
    const { refused } = this.counters;
    const { code } = error;
    refused[code] = (refused[code] ?? 0) + 1;
    const claim = 'claim' in error ? ` (${error.claim})` : '';
    this.#runtime.debug(`${issuer ?? 'no issuer'}: refused, ${code}${claim}`);
    const event: VerifierEvent = { type: 'token-refused', issuer, code };
    this.#runtime.trace(event);
    this.#publish(event);
  }
}
