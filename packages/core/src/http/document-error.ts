/** The reason why a document could not be fetched. */
export type DocumentFault =
  | 'network'
  | 'timeout'
  | 'status'
  | 'content-type'
  | 'content-coding'
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
}

Object.defineProperty(DocumentError.prototype, 'name', { value: 'DocumentError', enumerable: false });
