import type { UnavailableErrorCode } from '../errors.ts';
import type { DocumentClient, DocumentValidator, LocatedDocument } from '../http/document-client.ts';
import { DocumentError, type DocumentFault } from '../http/document-error.ts';
import { codeOfKeySetFault } from '../keys/request-key-set.ts';
import type { DocumentName } from '../observability/events.ts';
import { type TracingChannel, traceOperation } from '../runtime/tracing-channel.ts';

/**
 * The object that subscribers of the tracing channel `@verifier/core:fetch` receive: one HTTP exchange for the metadata or
 * the keys of an issuer. The members are complete when `asyncEnd` is published.
 */
export interface TracedFetch {
  /** The issuer if it is configured, or signed a token; undefined for every other one. */
  readonly issuer: string | undefined;
  readonly document: DocumentName;
  /** The status of the response; undefined without one. */
  readonly status: number | undefined;
  /** Whether a 304 confirmed the cached copy. */
  readonly notModified: boolean;
  /** The code of the failure; undefined if the document was fetched. */
  readonly code: UnavailableErrorCode | undefined;
  /** The kind of the failure, as in `fetchFailures` of the statistics. */
  readonly kind: DocumentFault | undefined;
  /** Another error, which is a fault of this package. */
  readonly error?: unknown;
}

/** The collaborators of a {@link TracedDocumentClient}. */
export interface TracedDocumentClientParts {
  readonly documents: Pick<DocumentClient, 'request'>;
  /** Undefined if the runtime has no channels. */
  readonly channel: TracingChannel | undefined;
  readonly document: DocumentName;
  /** Returns the issuer, or undefined as long as a client may have made it up. */
  readonly issuer: () => string | undefined;
}

/** Publishes each exchange of an issuer's document to the subscribers of the tracing channel. */
export class TracedDocumentClient implements Pick<DocumentClient, 'request'> {
  readonly #parts: TracedDocumentClientParts;

  constructor(parts: TracedDocumentClientParts) {
    this.#parts = parts;
  }

  /** See {@link DocumentClient.request}. */
  async request(url: string, cached: DocumentValidator | undefined, signal: AbortSignal): Promise<LocatedDocument> {
    const { documents, channel } = this.#parts;
    if (channel?.hasSubscribers !== true) return documents.request(url, cached, signal);
    return this.#trace(channel, () => documents.request(url, cached, signal));
  }

  async #trace(channel: TracingChannel, run: () => Promise<LocatedDocument>): Promise<LocatedDocument> {
    const { document, issuer } = this.#parts;
    const context: { -readonly [TName in keyof TracedFetch]: TracedFetch[TName] } = {
      issuer: issuer(),
      document,
      status: undefined,
      notModified: false,
      code: undefined,
      kind: undefined,
    };
    return traceOperation(channel, {
      context,
      run,
      succeeded: ({ unchanged }) => {
        context.status = unchanged ? 304 : 200;
        context.notModified = unchanged;
      },
      failed: (error) => {
        const fault = error instanceof DocumentError ? error : undefined;
        context.status = fault?.status;
        context.kind = fault?.fault;
        context.code = document === 'keys' ? codeOfKeySetFault(fault?.fault) : 'ERR_DISCOVERY_FAILED';
        return fault !== undefined;
      },
    });
  }
}
