import type { Clock } from '../runtime/clock.ts';
import type { HttpClient } from '../runtime/http-runtime.ts';
import { DocumentError } from './document-error.ts';
import { type DocumentSettings, type FetchedDocument, requestDocument } from './request-document.ts';

/** A fetched document, or a 304 that confirms the cached copy, and its URL. */
export interface LocatedDocument extends FetchedDocument {
  readonly url: string;
}

/** The cached copy of a document, as far as a conditional request needs it. */
export interface DocumentValidator {
  readonly url: string;
  readonly etag: string | undefined;
}

/** Requests documents with the HTTP settings of one issuer. */
export class DocumentClient {
  readonly #client: HttpClient;
  readonly #settings: DocumentSettings;
  readonly #clock: Pick<Clock, 'now'>;

  constructor(client: HttpClient, settings: DocumentSettings, clock: Pick<Clock, 'now'>) {
    this.#client = client;
    this.#settings = settings;
    this.#clock = clock;
  }

  /**
   * Requests a document, conditionally if the cached copy is from the same URL: an ETag is valid only for the URL that
   * sent it (RFC 9110, section 8.8.3).
   *
   * @throws DocumentError in every case of failure.
   */
  async request(url: string, cached: DocumentValidator | undefined, signal: AbortSignal): Promise<LocatedDocument> {
    const etag = cached?.url === url ? cached.etag : undefined;
    const request = { etag, signal, now: this.#clock.now() };
    try {
      return { ...(await requestDocument(this.#client, url, this.#settings, request)), url };
    } catch (error) {
      throw error instanceof DocumentError ? error.at(url, this.#client.proxyFor?.(url)) : error;
    }
  }
}
