import { UnavailableError } from '../errors.ts';
import { FetchError } from '../http/fetch-error.ts';
import type { FetchedDocument } from '../http/fetch-json.ts';
import type { Clock } from '../options.ts';
import type { Runtime, Timer } from '../runtime/runtime.ts';
import type { DocumentSource } from './document-source.ts';
import { createKeySet, type KeySet } from './key-set.ts';
import type { KeySetObserver } from './key-set-observer.ts';
import { RefreshJournal } from './refresh-journal.ts';
import {
  type Decision,
  fetchFailed,
  fetchStarted,
  fetchSucceeded,
  initialState,
  lifeOf,
  nextTick,
  onRequest,
  onTick,
  onUnknownKey,
  type Phase,
  phaseOf,
  type RefreshPolicy,
  type RefreshState,
} from './refresh-policy.ts';

/** What a key set that refreshes itself is made from. */
export interface RefreshOptions {
  readonly source: DocumentSource;
  readonly policy: RefreshPolicy;
  readonly clock: Clock;
  /** A number within [0, 1). */
  readonly random: () => number;
  readonly runtime: Runtime;
  readonly observer: KeySetObserver;
  /** Seconds after which a fetch that was never heard of again counts as over. */
  readonly longestFetch: number;
}

/**
 * The key set of an issuer as it is in memory, and the fetches that keep it so. What to do when is decided by the
 * refresh policy; this class does it.
 */
export class RefreshingSet {
  readonly journal: RefreshJournal;
  readonly #options: RefreshOptions;
  readonly #ended: AbortController = new AbortController();
  #state: RefreshState = initialState;
  #set: KeySet | undefined;
  #etag: string | undefined;
  #flight: Promise<boolean> | undefined;
  #timer: Timer | undefined;
  #usedAt = 0;
  #lastStarted = 0;
  #lastApplied = 0;

  constructor(options: RefreshOptions) {
    this.#options = options;
    this.journal = new RefreshJournal(options.observer);
  }

  /** The set in memory, trusted or not. */
  get current(): KeySet | undefined {
    return this.#set;
  }

  get phase(): Phase {
    return phaseOf(this.#state, this.#options.policy, this.#now());
  }

  /** Seconds since the set was fetched or confirmed. */
  get age(): number | undefined {
    const { loadedAt } = this.#state;
    return loadedAt === undefined ? undefined : this.#now() - loadedAt;
  }

  /** Whether the last fetch failed. */
  get isFailing(): boolean {
    return this.#state.failures > 0;
  }

  /** Seconds until a cold fetch may be tried again. */
  get retryAfter(): number {
    return this.#state.retryAt - this.#now();
  }

  /** What a request for any key has to do. */
  decide(): Decision {
    const now = this.#now();
    this.#usedAt = now;
    this.#forgetLostFetch(now);
    return onRequest(this.#state, this.#options.policy, now);
  }

  /** What a request for a key that the set does not hold has to do. */
  decideUnknown(): Decision {
    return onUnknownKey(this.#state, this.#now());
  }

  /** One fetch for everybody who waits. It never rejects: false means that it failed. */
  fetch(reason: 'life' | 'unknown-key'): Promise<boolean> {
    if (this.#flight !== undefined && this.#options.runtime.sharesPromises) return this.#flight;
    const flight = this.#run(reason).finally(() => {
      if (this.#flight === flight) this.#flight = undefined;
    });
    this.#flight = flight;
    return flight;
  }

  /** Forgets everything but what the issuer asked for; an answer that is under way counts no more. */
  clear(): void {
    const { throttledUntil, lookups } = this.#state;
    this.#state = { ...initialState, throttledUntil, lookups };
    this.#set = undefined;
    this.#etag = undefined;
    this.#flight = undefined;
    this.#lastApplied = this.#lastStarted;
    this.#timer?.cancel();
    this.#options.source.clear();
  }

  close(): void {
    this.clear();
    this.#ended.abort();
  }

  #now(): number {
    return this.#options.clock.monotonic();
  }

  async #run(reason: 'life' | 'unknown-key'): Promise<boolean> {
    this.#lastStarted += 1;
    const sequence = this.#lastStarted;
    const startedAt = this.#now();
    this.#state = fetchStarted(this.#state, startedAt, reason);
    // Answers may arrive in another order than they were asked for: an older one never replaces a newer one.
    const isLate = (): boolean => sequence <= this.#lastApplied;
    try {
      const document = await this.#options.source.fetchKeys(this.#etag, this.#ended.signal);
      if (!isLate()) this.#accept(document, startedAt, sequence);
      return true;
    } catch (error) {
      if (!isLate()) this.#reject(error, startedAt);
      return false;
    }
  }

  #accept(document: FetchedDocument, startedAt: number, sequence: number): void {
    const { policy, random } = this.#options;
    const next = document.unchanged && this.#set !== undefined ? this.#set : this.#read(document.json);
    const now = this.#now();
    const life = lifeOf(document.cacheControl, document.age, policy);
    this.#lastApplied = sequence;
    this.#etag = document.etag;
    this.#state = fetchSucceeded(this.#state, policy, { now, life, random: random() });
    this.#replace(next);
    this.journal.succeeded(now, startedAt);
    this.#arm();
  }

  #read(json: unknown): KeySet {
    const { keys: members } = (json ?? {}) as { keys?: unknown };
    if (!Array.isArray(members)) throw invalidKeySet('The key set of the issuer is not a JWK set');
    const set = createKeySet(members, this.#options.runtime, this.#set);
    if (set.keys.length === 0) throw invalidKeySet('The key set of the issuer holds no usable key');
    return set;
  }

  #replace(next: KeySet): void {
    const before = this.#set?.keys ?? [];
    this.#set = next;
    const added = next.keys.filter((key) => !before.includes(key));
    const removed = before.filter((key) => !next.keys.includes(key));
    if (added.length + removed.length > 0) this.#options.observer.changed(added, removed);
  }

  #reject(error: unknown, startedAt: number): void {
    const now = this.#now();
    const failure = asUnavailable(error);
    const retryAfter = failure.cause instanceof FetchError ? failure.cause.retryAfter : undefined;
    this.#state = fetchFailed(this.#state, { now, random: this.#options.random(), retryAfter });
    const isWithinLife = this.phase === 'fresh' || this.phase === 'due';
    this.journal.failed(failure, this.#state.failures, isWithinLife, now, startedAt);
    this.#arm();
  }

  // Workers may end a request with its fetch unfinished, and then nobody is told.
  #forgetLostFetch(now: number): void {
    const { fetchingSince } = this.#state;
    if (fetchingSince === undefined || this.#options.runtime.sharesPromises) return;
    if (now - fetchingSince > this.#options.longestFetch) this.#state = { ...this.#state, fetchingSince: undefined };
  }

  #arm(): void {
    this.#timer?.cancel();
    const seconds = Math.max(0.1, nextTick(this.#state) - this.#now());
    this.#timer = this.#options.runtime.schedule(seconds, () => this.#tick());
  }

  // Where nobody asked within a whole life, the next request fetches, and until then nothing does.
  #tick(): void {
    const now = this.#now();
    const isIdle = now - this.#usedAt > Math.max(this.#state.life, 1);
    if (isIdle || this.#flight !== undefined) return;
    if (onTick(this.#state, this.#options.policy, now).act === 'refresh') this.fetch('life');
    else this.#arm();
  }
}

function invalidKeySet(message: string): UnavailableError {
  return new UnavailableError('ERR_KEY_SET_INVALID', message);
}

function asUnavailable(error: unknown): UnavailableError {
  if (error instanceof UnavailableError) return error;
  return new UnavailableError('ERR_KEY_SET_UNAVAILABLE', 'The key set of the issuer cannot be fetched', {
    cause: error,
  });
}
