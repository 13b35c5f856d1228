/** Why a document could not be had. */
export type DocumentFault = 'network' | 'timeout' | 'status' | 'content-type' | 'size' | 'json' | 'aborted';

/** A document that could not be had. Internal: it reaches users as the `cause` of an UnavailableError. */
export class DocumentError extends Error {
  readonly fault: DocumentFault;
  /** The status of the answer, where there was one. */
  readonly status: number | undefined;
  /** The seconds that the answer asked to wait. */
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
