import type { AcceptedAlgorithms, Algorithm } from '../crypto/algorithms.ts';
import type { AuthErrorCode } from '../errors.ts';
import type { MaybePromise } from '../lib/maybe-promise.ts';
import type { KeyHeader, KeySet, SelectedKey } from './key-set.ts';
import type { Phase } from './refresh-policy.ts';
import type { WaitUntil } from './refreshing-document-options.ts';

/** A look-up of the key for a token's header. */
export interface KeyRequest {
  readonly header: KeyHeader;
  readonly algorithm: Algorithm;
  readonly accepted: AcceptedAlgorithms;
  /** Keeps a Fetch-style runtime alive for a background refresh. */
  readonly waitUntil?: WaitUntil;
}

/** The state of one issuer's keys, as plain data. Times in seconds. */
export interface KeyStats {
  readonly state: Phase;
  /** Whether a fetch is in flight. */
  readonly refreshing: boolean;
  /** The number of keys in memory. */
  readonly keys: number;
  /** The number of skipped members of the key set: encryption keys, unknown algorithms, weak or overlong keys. */
  readonly skipped: number;
  /** Since the key set was fetched or confirmed; null if none is in memory. */
  readonly age: number | null;
  /** Fetches that loaded or confirmed a key set. */
  readonly refreshes: number;
  /** Fetches that failed. */
  readonly failures: number;
  /** The error code of the last fetch; null if it succeeded. */
  readonly lastError: AuthErrorCode | null;
  /** Look-ups that needed no fetch. */
  readonly contactsSaved: number;
  /** The cache life of the key set in memory; null if none is in memory, or if it never expires. */
  readonly keySetLife: number | null;
  /** Whether the key set is absent or beyond its life because fetches failed. Between `outage-entered` and `outage-left`. */
  readonly outage: boolean;
  /** The metadata of the issuer; null if the configuration contains the keys or their URL. */
  readonly metadata: MetadataStats | null;
}

/** The state of one issuer's metadata, as plain data. Times in seconds. */
export interface MetadataStats {
  /** Fetches that loaded or confirmed the metadata. */
  readonly refreshes: number;
  /** Fetches that failed. */
  readonly failures: number;
  /** Look-ups that needed no fetch. */
  readonly contactsSaved: number;
  /** Since the metadata were fetched or confirmed; null if none are in memory. */
  readonly age: number | null;
}

/** Provides the keys of one issuer. */
export interface KeySource {
  /**
   * Selects the one key for a token's header; synchronously if the key set is in memory.
   *
   * @throws TokenError unless exactly one key matches; UnavailableError if the key set cannot be fetched.
   */
  find(request: KeyRequest): MaybePromise<SelectedKey>;
  /** The key set, if a request may use it without waiting. Counts as use, and starts a refresh that is due. */
  keySetNow(waitUntil: KeyRequest['waitUntil']): KeySet | undefined;
  /** Loads the key set into memory; throws or rejects with an UnavailableError. */
  load(): MaybePromise<void>;
  /** Whether the key set is in memory and trusted. Counts as use, and starts a fetch if one is due. */
  ready(): boolean;
  stats(): Omit<KeyStats, 'metadata'>;
  /** Discards everything that was fetched. */
  clear(): void;
  /** Stops refreshing in the background. Requests in flight are still answered. */
  retire(): void;
  /** Aborts fetches, and stops refreshing. Later requests fail with ERR_CLOSED. */
  close(): void;
}
