import type { MaybePromise } from '../lib/maybe-promise.ts';

/** A document as an issuer sent it, with what a conditional request and its age need. */
export interface StoredDocument {
  /** The URL that answered. */
  readonly url: string;
  /** The validator of the document at that URL (RFC 9110, section 8.8.3). */
  readonly etag: string | undefined;
  /** When the issuer last sent or confirmed the document, in epoch seconds. */
  readonly fetchedAt: number;
  /** The life of the document from then on, in seconds. */
  readonly life: number;
  /** The text of the document, not parsed and not validated. */
  readonly body: string;
}

/**
 * Stores the documents of issuers. Implementations never throw or reject: a store that fails behaves as if it were
 * empty.
 */
export interface DocumentStore {
  get(key: string): MaybePromise<StoredDocument | undefined>;
  set(key: string, document: StoredDocument): MaybePromise<void>;
}

/**
 * The key of one document of an issuer. JSON, so that two different triples never have the same key.
 *
 * @param uri - The configured URL of the key set or of the metadata; undefined if it is derived from the issuer.
 */
export function documentKey(issuer: string, uri: string | undefined, kind: 'metadata' | 'keys'): string {
  return JSON.stringify([issuer, uri ?? null, kind]);
}
