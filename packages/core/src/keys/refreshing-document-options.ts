import type { AuthErrorCode, UnavailableError } from '../errors.ts';
import type { LocatedDocument } from '../http/document-client.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { DocumentStore, StoredDocument } from '../store/document-store.ts';
import type { DocumentListener } from './document-listener.ts';
import type { Phase, RefreshSettings } from './refresh-policy.ts';

/** The collaborators and settings of a a refreshing document. */
export interface RefreshingDocumentOptions<TValue> {
  /**
   * Requests the document. Errors other than an UnavailableError become the cause of one.
   *
   * @param cached - The copy that a 304 would confirm.
   */
  readonly request: (cached: StoredDocument | undefined, signal: AbortSignal) => Promise<LocatedDocument>;
  /** Parses the document of a URL; throws an UnavailableError if it is not usable, and the previous value stays. */
  readonly parse: (json: unknown, previous: TValue | undefined, url: string) => TValue;
  /** Called when a new value replaces the previous one. */
  readonly replaced?: ((next: TValue, previous: TValue | undefined) => void) | undefined;
  readonly settings: RefreshSettings;
  readonly store: DocumentStore;
  /** The key of the document in the store. */
  readonly storeKey: string;
  readonly clock: Clock;
  /** A number within [0, 1). */
  readonly random: () => number;
  readonly runtime: Pick<Runtime, 'sharesPromises' | 'schedule'>;
  readonly listener: DocumentListener;
  /** Seconds after which a fetch must have ended; otherwise it is lost, or the process was frozen. */
  readonly longestFetch: number;
  /** The error of a fetch that failed without an UnavailableError. */
  readonly unavailable: { readonly code: UnavailableError['code']; readonly message: string };
}

/** Keeps a Fetch-style runtime alive until background work ends. */
export type WaitUntil = ((work: Promise<unknown>) => void) | undefined;

/** The state of a document, as plain data. Times in seconds. */
export interface DocumentStats<TValue> {
  /** The value in memory, trusted or not. */
  readonly value: TValue | undefined;
  readonly phase: Phase;
  readonly isFetching: boolean;
  /** Whether the last fetch failed. */
  readonly isFailing: boolean;
  /** Since the last fetch or confirmation; null if absent. */
  readonly age: number | null;
  /** The cache life of the value; null if absent. */
  readonly life: number | null;
  readonly refreshes: number;
  readonly failures: number;
  /** The code of the last fetch, if it failed. */
  readonly lastError: AuthErrorCode | null;
  /** Whether an outage was published, and not its end. */
  readonly isOutage: boolean;
}
