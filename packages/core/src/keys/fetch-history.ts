import { UnavailableError } from '../errors.ts';
import type { DocumentStats, RefreshingDocumentOptions } from './refreshing-document-options.ts';

type HistoryOptions = Pick<RefreshingDocumentOptions<unknown>, 'listener' | 'unavailable'>;

/** Counts the fetches of a document, and publishes their results and outages. */
export class FetchHistory {
  readonly #options: HistoryOptions;
  #refreshes = 0;
  #failures = 0;
  #lastError: UnavailableError | undefined;
  #outageSince: number | undefined;

  constructor(options: HistoryOptions) {
    this.#options = options;
  }

  stats(): Pick<DocumentStats<unknown>, 'refreshes' | 'failures' | 'lastError' | 'isOutage'> {
    return {
      refreshes: this.#refreshes,
      failures: this.#failures,
      lastError: this.#lastError?.code ?? null,
      isOutage: this.#outageSince !== undefined,
    };
  }

  succeeded(now: number, startedAt: number): void {
    this.#refreshes += 1;
    this.#lastError = undefined;
    this.#options.listener.refreshed(now - startedAt);
    if (this.#outageSince !== undefined) this.#options.listener.outageLeft(now - this.#outageSince);
    this.#outageSince = undefined;
  }

  /** @param consecutive - Failures since the last success. */
  failed(error: UnavailableError, consecutive: number, seconds: number): void {
    this.#failures += 1;
    this.#lastError = error;
    this.#options.listener.failed(error, consecutive, seconds);
  }

  /** The document is beyond its life or absent, and the last fetch failed. Published once per outage. */
  outage(now: number): void {
    if (this.#outageSince !== undefined || this.#lastError === undefined) return;
    this.#outageSince = now;
    this.#options.listener.outageEntered(this.#lastError);
  }

  /** An UnavailableError as it is, any other error as the cause of one. */
  asUnavailable(cause: unknown): UnavailableError {
    if (cause instanceof UnavailableError) return cause;
    const { code, message } = this.#options.unavailable;
    return new UnavailableError(code, message, { cause });
  }

  /** A new error for one request, with the code of the last failure. */
  unavailable(retryAfter: number): UnavailableError {
    const { code, message, cause } = this.#lastError ?? { ...this.#options.unavailable, cause: undefined };
    return new UnavailableError(code, message, { retryAfter, cause });
  }
}
