import type { AcceptedAlgorithms, Algorithm } from '../crypto/algorithms.ts';
import type { AuthErrorCode } from '../errors.ts';
import type { MaybePromise } from '../lib/maybe-promise.ts';
import type { KeySet, PublishedKey } from './key-set.ts';
import type { Phase } from './refresh-policy.ts';

/** What a token's header asks of a key set. */
export interface KeyRequest {
  readonly kid: string | undefined;
  readonly algorithm: Algorithm;
  readonly accepted: AcceptedAlgorithms;
  /** Keeps a Fetch-style runtime alive for a background refresh. */
  readonly waitUntil?: ((work: Promise<unknown>) => void) | undefined;
}

/** The state of one issuer's keys, as plain data. Times in seconds. */
export interface KeyStats {
  readonly state: Phase;
  /** Whether a fetch is under way. */
  readonly refreshing: boolean;
  /** How many keys are in memory. */
  readonly keys: number;
  /** How many members of the key set are not usable here: encryption keys, unknown algorithms, RSA below 2048 bits. */
  readonly skipped: number;
  /** Since the key set was fetched or confirmed; null where there is none. */
  readonly age: number | null;
  /** Fetches that brought a usable key set, or confirmed the one at hand. */
  readonly refreshes: number;
  /** Fetches that failed. */
  readonly failures: number;
  /** Why the last fetch failed; null where it did not. */
  readonly lastError: AuthErrorCode | null;
  /** How often a key was wanted and was in memory. */
  readonly contactsSaved: number;
}

/** Where the keys of one issuer come from. */
export interface KeySource {
  /**
   * The one key that a header asks for; at once where the keys are at hand.
   *
   * @throws TokenError where there is none, or more than one; UnavailableError where the keys cannot be had.
   */
  find(request: KeyRequest): MaybePromise<PublishedKey>;
  /**
   * The keys at hand, where a request may use them without waiting. Asking counts as use, and starts a refresh that is
   * due.
   */
  keySetNow(waitUntil: KeyRequest['waitUntil']): KeySet | undefined;
  /** Has the keys in memory when it is done; throws or rejects with an UnavailableError. */
  load(): MaybePromise<void>;
  /** Whether keys are in memory and trusted. Asking keeps them so: it counts as use, and starts a fetch where one is due. */
  ready(): boolean;
  stats(): KeyStats;
  /** Forgets all that was fetched. */
  clear(): void;
  /** Refreshes no more by itself. A request that is in the middle of it is still answered. */
  retire(): void;
  /** Ends fetches under way, and the refreshing; who still asks is refused with ERR_CLOSED. */
  close(): void;
}
