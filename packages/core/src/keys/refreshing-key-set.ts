import { UnavailableError } from '../errors.ts';
import { DocumentError } from '../http/document-error.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Runtime, Timer } from '../runtime/runtime.ts';
import type { DocumentSource, KeyDocument } from './document-source.ts';
import { HeldKeySet } from './held-key-set.ts';
import type { KeySet } from './key-set.ts';
import type { KeySetListener } from './key-set-listener.ts';
import { RefreshJournal } from './refresh-journal.ts';
import {
  blockedUntil,
  type Decision,
  fetchAbandoned,
  fetchFailed,
  fetchStarted,
  fetchSucceeded,
  initialState,
  isIdle,
  lifeOf,
  nextTick,
  onRequest,
  onTick,
  onUnknownKey,
  type Phase,
  phaseOf,
  type RefreshSettings,
  type RefreshState,
} from './refresh-policy.ts';

/** What a key set that refreshes itself is made from. */
export interface RefreshOptions {
  readonly source: DocumentSource;
  readonly policy: RefreshSettings;
  readonly clock: Clock;
  /** A number within [0, 1). */
  readonly random: () => number;
  readonly runtime: Runtime;
  readonly observer: KeySetListener;
  /** Seconds after which a fetch that is still under way was forgotten, or the process stood still meanwhile. */
  readonly longestFetch: number;
}

/** What became of a fetch: overtaken where it was given up, or a newer one ended first. */
export type FetchOutcome = 'loaded' | 'failed' | 'overtaken';

type FetchReason = 'life' | 'unknown-key';

/**
 * The key set of an issuer as it is in memory, and the fetches that keep it so. What to do when is decided by the
 * refresh policy; this class does it.
 */
export class RefreshingSet {
  readonly journal: RefreshJournal;
  readonly #options: RefreshOptions;
  readonly #held: HeldKeySet;
  #state: RefreshState = initialState;
  #flight: Promise<FetchOutcome> | undefined;
  #givenUp: AbortController = new AbortController();
  #timer: Timer | undefined;
  #isRetired = false;
  #usedAt = 0;
  #started = 0;
  #applied = 0;

  constructor(options: RefreshOptions) {
    this.#options = options;
    this.#held = new HeldKeySet(options.runtime, options.observer);
    this.journal = new RefreshJournal(options.observer);
  }

  /** The set in memory, trusted or not. */
  get current(): KeySet | undefined {
    return this.#held.current;
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

  /** Whether a fetch is under way. */
  get isFetching(): boolean {
    return this.#state.fetchingSince !== undefined;
  }

  /** Seconds until a cold fetch may be tried again. */
  get retryAfter(): number {
    return blockedUntil(this.#state) - this.#now();
  }

  /** How many fetches were started. */
  get started(): number {
    return this.#started;
  }

  /** Which of the fetches, in the order of their start, the set in memory goes back to. */
  get applied(): number {
    return this.#applied;
  }

  /** What a request for any key has to do. */
  decide(): Decision {
    const now = this.#now();
    this.#usedAt = now;
    this.#forgetLostFetch(now);
    if (this.#state.failures > 0) this.#noteOutage(now);
    return onRequest(this.#state, this.#options.policy, now);
  }

  /** What a request for a key that the set does not hold has to do. */
  decideUnknown(): Decision {
    // Where it cannot wait for the fetch of another request, it has to be allowed one of its own.
    const state = this.#options.runtime.sharesPromises ? this.#state : fetchAbandoned(this.#state);
    return onUnknownKey(state, this.#now());
  }

  /** One fetch for everybody who waits. It never rejects. */
  fetch(reason: FetchReason): Promise<FetchOutcome> {
    if (this.#flight !== undefined && this.#options.runtime.sharesPromises) return this.#flight;
    const flight = this.#run(reason).finally(() => {
      if (this.#flight === flight) this.#flight = undefined;
    });
    this.#flight = flight;
    return flight;
  }

  /** Forgets everything but what the issuer asked for; a fetch that is under way is given up. */
  clear(): void {
    const { throttledUntil, lookups } = this.#state;
    this.#abandon();
    this.#state = { ...initialState, throttledUntil, lookups };
    this.#held.forget();
    this.#timer?.cancel();
    this.#options.source.clear();
  }

  /** Refreshes no more by itself. Who still asks is answered. */
  retire(): void {
    this.#isRetired = true;
    this.#timer?.cancel();
  }

  #now(): number {
    return this.#options.clock.monotonic();
  }

  async #run(reason: FetchReason): Promise<FetchOutcome> {
    this.#started += 1;
    const sequence = this.#started;
    const startedAt = this.#now();
    this.#state = fetchStarted(this.#state, startedAt, reason);
    // Answers may arrive in another order than they were asked for: an older one never replaces a newer one.
    const isOvertaken = (): boolean => sequence <= this.#applied;
    try {
      const document = await this.#options.source.fetchKeys(this.#held.document, this.#signal());
      if (isOvertaken()) return 'overtaken';
      this.#accept(document, startedAt, sequence);
      return 'loaded';
    } catch (error) {
      if (isOvertaken()) return 'overtaken';
      this.#reject(error, startedAt);
      return 'failed';
    }
  }

  // Workers do not let one request use what another one made: there each fetch has a signal of its own.
  #signal(): AbortSignal {
    return (this.#options.runtime.sharesPromises ? this.#givenUp : new AbortController()).signal;
  }

  #accept(document: KeyDocument, startedAt: number, sequence: number): void {
    const { policy, random } = this.#options;
    const confirmed = this.#held.take(document) ? this.#state.life : undefined;
    const now = this.#now();
    // What a process received before it stood still is as old as its question.
    const loadedAt = this.#isTooLong(startedAt, now) ? startedAt : now;
    const life = lifeOf(document.cacheControl, document.age, policy, confirmed);
    this.#applied = sequence;
    this.#state = fetchSucceeded(this.#state, policy, { now: loadedAt, life, random: random() });
    this.journal.succeeded(now, startedAt);
    this.#arm();
  }

  #reject(error: unknown, startedAt: number): void {
    const now = this.#now();
    if (this.#isTooLong(startedAt, now)) {
      this.#state = fetchAbandoned(this.#state);
    } else {
      const failure = asUnavailable(error);
      const retryAfter = failure.cause instanceof DocumentError ? failure.cause.retryAfter : undefined;
      this.#state = fetchFailed(this.#state, { now, random: this.#options.random(), retryAfter });
      this.journal.failed(failure, this.#state.failures, now - startedAt);
      this.#noteOutage(now);
    }
    this.#arm();
  }

  #noteOutage(now: number): void {
    const { phase } = this;
    if (phase !== 'fresh' && phase !== 'due') this.journal.outage(now);
  }

  // Workers may end a request with its fetch unfinished, and then nobody is told; a process may be frozen, and its
  // connections be gone when it goes on.
  #forgetLostFetch(now: number): void {
    const { fetchingSince } = this.#state;
    if (fetchingSince !== undefined && this.#isTooLong(fetchingSince, now)) this.#abandon();
  }

  #isTooLong(startedAt: number, now: number): boolean {
    return now - startedAt > this.#options.longestFetch;
  }

  #abandon(): void {
    this.#state = fetchAbandoned(this.#state);
    this.#applied = this.#started;
    this.#flight = undefined;
    // Workers do not let one request end what another one began.
    if (this.#options.runtime.sharesPromises) this.#givenUp.abort();
    this.#givenUp = new AbortController();
  }

  #arm(): void {
    this.#timer?.cancel();
    if (this.#isRetired) return;
    const seconds = Math.max(0.1, nextTick(this.#state) - this.#now());
    this.#timer = this.#options.runtime.schedule(seconds, () => this.#tick());
  }

  // Where nobody asked within a whole life, the next request fetches, and until then nothing does.
  #tick(): void {
    const now = this.#now();
    if (isIdle(this.#state, this.#usedAt, now) || this.#flight !== undefined) return;
    if (onTick(this.#state, this.#options.policy, now).act === 'refresh') this.fetch('life');
    else this.#arm();
  }
}

function asUnavailable(error: unknown): UnavailableError {
  if (error instanceof UnavailableError) return error;
  return new UnavailableError('ERR_KEY_SET_UNAVAILABLE', 'The key set of the issuer cannot be fetched', {
    cause: error,
  });
}
