import type { AuthErrorCode } from '../errors.ts';
import type { DocumentFault } from '../http/document-error.ts';

/**
 * An event about an issuer's keys, or about a refused token. Plain data without tokens, keys or claim values; key
 * identifiers are those of the issuer's key set. Durations are in seconds.
 */
export type VerifierEvent =
  /** A document was fetched, or confirmed as unchanged. */
  | { readonly type: 'refreshed'; readonly issuer: string; readonly document: DocumentName; readonly seconds: number }
  /** A document could not be fetched, or was not usable. The previous one stays in use. */
  | {
      readonly type: 'refresh-failed';
      readonly issuer: string;
      readonly document: DocumentName;
      readonly code: AuthErrorCode;
      readonly kind: FetchFailureKind;
      readonly seconds: number;
      /** The number of consecutive failures. */
      readonly failures: number;
    }
  /** The key set expired, or was never loaded, and could not be refreshed. */
  | { readonly type: 'outage-entered'; readonly issuer: string; readonly code: AuthErrorCode }
  /** The key set was refreshed after an outage of `seconds`. */
  | { readonly type: 'outage-left'; readonly issuer: string; readonly seconds: number }
  | { readonly type: 'key-added'; readonly issuer: string; readonly kid: string | undefined; readonly alg: string }
  | { readonly type: 'key-removed'; readonly issuer: string; readonly kid: string | undefined; readonly alg: string }
  /** A token was refused. `issuer` is undefined if it is not a trusted one. */
  | { readonly type: 'token-refused'; readonly issuer: string | undefined; readonly code: AuthErrorCode };

/**
 * The reason why a document could not be fetched or used. `content`: it was fetched, but it is not a usable key set, or not
 * the metadata of this issuer. `metadata`: the key set was not requested, because the metadata that name its URL failed.
 */
export type FetchFailureKind = DocumentFault | 'content' | 'metadata';

/** The documents that are fetched from an issuer. */
export type DocumentName = 'metadata' | 'keys';

/** A function that is called with events. */
export type EventListener = (event: VerifierEvent) => void;
