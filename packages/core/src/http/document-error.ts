import { readableUrl } from './readable-url.ts';

/** The reason why a document could not be fetched. */
export type DocumentFault =
  | 'network'
  | 'timeout'
  | 'status'
  | 'content-type'
  | 'content-coding'
  | 'decoding'
  | 'size'
  | 'json'
  | 'aborted'
  | 'headers'
  | 'library';

/** A failed fetch of a document. Internal: applications see it as the `cause` of an UnavailableError. */
export class DocumentError extends Error {
  readonly fault: DocumentFault;
  /** The status of the response, if there was one. */
  readonly status: number | undefined;
  /** The `Retry-After` of the response, in seconds. */
  readonly retryAfter: number | undefined;
  #place = '';
  #route = '';

  constructor(
    fault: DocumentFault,
    message: string,
    details: { status?: number; retryAfter?: number | undefined; cause?: unknown } = {},
  ) {
    super(message, 'cause' in details ? { cause: details.cause } : undefined);
    this.fault = fault;
    this.status = details.status;
    this.retryAfter = details.retryAfter;
  }

  /** Sets where the failure happened. Returns this error. */
  at(url: string, proxy: string | undefined): this {
    this.#place = `${readableUrl(url)}: `;
    this.#route = proxy === undefined ? '' : `, through the proxy ${proxy}`;
    return this;
  }

  /** The URL, the reason and the proxy, as far as they are known. */
  get description(): string {
    return `${this.#place}${this.message}${this.#route}`;
  }
}

Object.defineProperty(DocumentError.prototype, 'name', { value: 'DocumentError', enumerable: false });
