import type { AuthErrorCode } from '../errors.ts';

/**
 * What happened to an issuer's keys, or to a token. Plain data without any token, key or claim value; key identifiers
 * come from the issuer's own key set. Durations in seconds.
 */
export type VerifierEvent =
  /** A document was fetched, or confirmed as unchanged. */
  | { readonly type: 'refreshed'; readonly issuer: string; readonly document: DocumentName; readonly seconds: number }
  /** A document could not be fetched, or was not usable. What was known before stays in use. */
  | {
      readonly type: 'refresh-failed';
      readonly issuer: string;
      readonly document: DocumentName;
      readonly code: AuthErrorCode;
      readonly seconds: number;
      /** Failures in a row. */
      readonly failures: number;
    }
  /** The key set is used beyond its life because it cannot be refreshed. */
  | { readonly type: 'outage-entered'; readonly issuer: string; readonly code: AuthErrorCode }
  /** The key set could be refreshed again. */
  | { readonly type: 'outage-left'; readonly issuer: string; readonly seconds: number }
  | { readonly type: 'key-added'; readonly issuer: string; readonly kid: string | undefined; readonly alg: string }
  | { readonly type: 'key-removed'; readonly issuer: string; readonly kid: string | undefined; readonly alg: string }
  /** A token was refused. `issuer` is absent where the token named none of those configured. */
  | { readonly type: 'token-refused'; readonly issuer: string | undefined; readonly code: AuthErrorCode };

/** The two documents that are fetched from an issuer. */
export type DocumentName = 'metadata' | 'keys';

/** Told of what happens to an issuer's keys. */
export type EventListener = (event: VerifierEvent) => void;
