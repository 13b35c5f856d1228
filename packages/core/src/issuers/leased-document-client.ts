import { DocumentClient, type DocumentValidator, type LocatedDocument } from '../http/document-client.ts';
import type { DocumentSettings } from '../http/request-document.ts';
import type { Clock } from '../runtime/clock.ts';
import type { HttpClient } from '../runtime/http-runtime.ts';

/** The connection pool of an issuer, which others share. */
export interface SharedClient {
  acquire(): HttpClient;
  release(): Promise<void> | void;
}

/**
 * Requests documents over a shared connection pool. Each exchange has its own lease of the pool, so that requests are
 * served to their end after the issuer was evicted.
 */
export class LeasedDocumentClient implements Pick<DocumentClient, 'request'> {
  readonly #client: SharedClient;
  readonly #settings: DocumentSettings;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #inFlight: Set<Promise<unknown>> = new Set();

  constructor(client: SharedClient, settings: DocumentSettings, clock: Pick<Clock, 'now'>) {
    this.#client = client;
    this.#settings = settings;
    this.#clock = clock;
  }

  /** See {@link DocumentClient.request}. */
  async request(url: string, cached: DocumentValidator | undefined, signal: AbortSignal): Promise<LocatedDocument> {
    const documents = new DocumentClient(this.#client.acquire(), this.#settings, this.#clock);
    const exchange = documents.request(url, cached, signal);
    this.#inFlight.add(exchange);
    try {
      return await exchange;
    } finally {
      this.#inFlight.delete(exchange);
      void this.#client.release();
    }
  }

  /** Waits for the end of the exchanges in flight. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#inFlight);
  }
}
