import { UnavailableError } from '../errors.ts';
import type { LocatedDocument } from '../http/document-client.ts';
import { DocumentError } from '../http/document-error.ts';
import type { MaybePromise } from '../lib/maybe-promise.ts';
import type { StoredDocument } from '../store/document-store.ts';
import { CachedDocument } from './cached-document.ts';
import { FetchHistory } from './fetch-history.ts';
import { keepAlive } from './keep-alive.ts';
import {
  agesOf,
  blockedUntil,
  type Decision,
  fetchAbandoned,
  fetchFailed,
  fetchStarted,
  fetchSucceeded,
  freshUntil,
  initialState,
  isIdle,
  lifeOf,
  nextTick,
  onRequest,
  onTick,
  onUnknownKey,
  phaseOf,
  type RefreshState,
} from './refresh-policy.ts';
import { RefreshTimer } from './refresh-timer.ts';
import type { DocumentStats, RefreshingDocumentOptions, WaitUntil } from './refreshing-document-options.ts';
import { SingleFlight } from './single-flight.ts';

/** The result of a fetch: overtaken if `clear()` or a newer result superseded it. */
export type FetchOutcome = 'loaded' | 'failed' | 'overtaken';

/**
 * A document of an issuer in memory, and the fetches that refresh it: single flight, in the background, with back-off.
 * The refresh policy decides when to fetch; this class does it.
 */
export class RefreshingDocument<TValue> {
  /** Read only for other classes: the numbers of the fetches started, and of the one that the value comes from. */
  readonly flight: SingleFlight<FetchOutcome>;
  readonly #options: RefreshingDocumentOptions<TValue>;
  readonly #cache: CachedDocument<TValue>;
  readonly #history: FetchHistory;
  readonly #timer: RefreshTimer;
  #state: RefreshState = initialState;
  // Precomputed, so that a request with a fresh document costs one comparison.
  #freshUntil = Number.NEGATIVE_INFINITY;
  #isClosed = false;
  #usedAt = 0;

  constructor(options: RefreshingDocumentOptions<TValue>) {
    this.#options = options;
    this.#cache = new CachedDocument(options);
    this.#history = new FetchHistory(options);
    this.flight = new SingleFlight(options.runtime.sharesPromises);
    this.#timer = new RefreshTimer(options.runtime.schedule, () => this.#tick());
  }

  /** The value if a request may use it without waiting. Counts as use, and starts a refresh that is due. */
  valueNow(waitUntil: WaitUntil): TValue | undefined {
    const now = this.#options.clock.monotonic();
    this.#usedAt = now;
    if (now < this.#freshUntil) return this.#cache.value;
    const { act } = this.#decide(now);
    if (act === 'refresh') this.#refresh(waitUntil);
    return act === 'refresh' || act === 'use' ? this.#cache.value : undefined;
  }

  /**
   * The value, after one fetch that all callers share if necessary.
   *
   * @throws UnavailableError if there is no trusted value, and no fetch is possible now or the fetch failed.
   */
  load(waitUntil: WaitUntil): MaybePromise<TValue> {
    if (this.#isClosed) throw new UnavailableError('ERR_CLOSED', 'The verifier was closed');
    const decision = this.#decide(this.#options.clock.monotonic());
    if (decision.act === 'refuse') throw this.unavailable(decision.retryAfter);
    if (decision.act === 'wait') return this.#loadByFetch(waitUntil);
    if (decision.act === 'refresh') this.#refresh(waitUntil);
    return this.trusted();
  }

  /** The value in memory. Throws an UnavailableError unless it is trusted. */
  trusted(): TValue {
    const { value } = this.#cache;
    if (value === undefined || !this.#isTrusted()) throw this.unavailable();
    return value;
  }

  /** Whether the value is trusted. Counts as use, and starts a fetch if one is due. */
  ready(): boolean {
    if (this.#isClosed) return false;
    const { act } = this.#decide(this.#options.clock.monotonic());
    // Load balancers send no requests before the process is ready. Workers cannot fetch outside a request.
    if ((act === 'refresh' || act === 'wait') && this.#options.runtime.sharesPromises) this.#refresh(undefined);
    return this.#isTrusted();
  }

  /** Decides for a request that needs a newer document than the one in memory. */
  decideLookup(): Decision {
    const now = this.#options.clock.monotonic();
    this.#abandonLostFetch(now);
    // A request that cannot wait for the fetch of another one needs its own.
    return onUnknownKey(this.#options.runtime.sharesPromises ? this.#state : fetchAbandoned(this.#state), now);
  }

  /** Fetches the document, or joins the fetch in flight. Never rejects. */
  fetch(reason: 'life' | 'unknown-key'): Promise<FetchOutcome> {
    return this.flight.run((sequence, signal) => this.#run(reason, sequence, signal));
  }

  /** A new error for one request, with the code of the last failure. */
  unavailable(retryAfter?: number): UnavailableError {
    return this.#history.unavailable(retryAfter ?? blockedUntil(this.#state) - this.#options.clock.monotonic());
  }

  stats(): DocumentStats<TValue> {
    const now = this.#options.clock.monotonic();
    return {
      value: this.#cache.value,
      phase: phaseOf(this.#state, this.#options.settings, now),
      isFetching: this.#state.fetchingSince !== undefined,
      isFailing: this.#state.failures > 0,
      ...agesOf(this.#state, now),
      ...this.#history.stats(),
    };
  }

  /** Discards the value and aborts fetches in flight. A `Retry-After` and the budget of look-ups remain. */
  clear(): void {
    const { throttledUntil, lookups } = this.#state;
    this.#abandonFetch();
    this.#setState({ ...initialState, throttledUntil, lookups });
    this.#cache.clear();
    this.#timer.cancel();
  }

  /** Stops the timer. Requests are still answered. */
  retire(): void {
    this.#timer.retire();
  }

  /** Ends everything. Later requests fail with ERR_CLOSED. */
  close(): void {
    this.#isClosed = true;
    this.retire();
    this.clear();
  }

  #setState(state: RefreshState): void {
    this.#state = state;
    this.#freshUntil = freshUntil(state);
  }

  #decide(now: number): Decision {
    this.#usedAt = now;
    this.#abandonLostFetch(now);
    if (this.#state.failures > 0) this.#enterOutage(now);
    return onRequest(this.#state, this.#options.settings, now);
  }

  #refresh(waitUntil: WaitUntil): void {
    keepAlive(waitUntil, this.fetch('life'));
  }

  async #loadByFetch(waitUntil: WaitUntil): Promise<TValue> {
    const outcome = await this.fetch('life');
    // The value may be gone again: a listener of the event, or another request, may have called clear().
    return outcome === 'failed' ? this.trusted() : this.load(waitUntil);
  }

  #isTrusted(): boolean {
    const phase = phaseOf(this.#state, this.#options.settings, this.#options.clock.monotonic());
    return phase !== 'absent' && phase !== 'expired';
  }

  async #run(reason: 'life' | 'unknown-key', sequence: number, signal: AbortSignal): Promise<FetchOutcome> {
    const startedAt = this.#options.clock.monotonic();
    this.#setState(fetchStarted(this.#state, startedAt, reason));
    try {
      const stored = this.#cache.copy();
      const copy = stored instanceof Promise ? await stored : stored;
      const document = await this.#options.request(copy, signal);
      if (this.flight.isSuperseded(sequence)) return 'overtaken';
      this.#accept(document, copy, startedAt, sequence);
      return 'loaded';
    } catch (error) {
      if (this.flight.isSuperseded(sequence)) return 'overtaken';
      this.#reject(error, startedAt);
      return 'failed';
    }
  }

  #accept(document: LocatedDocument, copy: StoredDocument | undefined, startedAt: number, sequence: number): void {
    const { settings, random, clock } = this.#options;
    this.#cache.apply(document, copy);
    const now = clock.monotonic();
    // After a process freeze, date the document from the request, not from the response.
    const loadedAt = this.#isTooLong(startedAt, now) ? startedAt : now;
    const life = lifeOf(document.cacheControl, document.age, settings, document.unchanged ? copy?.life : undefined);
    this.flight.apply(sequence);
    this.#setState(fetchSucceeded(this.#state, settings, { now: loadedAt, life, random: random() }));
    this.#cache.store(document, copy, clock.now() - (now - loadedAt), life);
    this.#history.succeeded(now, startedAt);
    this.#startTimer();
  }

  #reject(error: unknown, startedAt: number): void {
    const { clock, random, settings } = this.#options;
    const now = clock.monotonic();
    if (this.#isTooLong(startedAt, now)) {
      this.#setState(fetchAbandoned(this.#state));
    } else {
      const failure = this.#history.asUnavailable(error);
      const retryAfter = failure.cause instanceof DocumentError ? failure.cause.retryAfter : undefined;
      this.#setState(fetchFailed(this.#state, { now, random: random(), retryAfter, retry: settings.retry }));
      this.#history.failed(failure, this.#state.failures, now - startedAt);
      this.#enterOutage(now);
    }
    this.#startTimer();
  }

  #enterOutage(now: number): void {
    const phase = phaseOf(this.#state, this.#options.settings, now);
    if (phase !== 'fresh' && phase !== 'due') this.#history.outage(now);
  }

  // Workers may end a request before its fetch, without notice. A process may be frozen, and lose its connections.
  #abandonLostFetch(now: number): void {
    const { fetchingSince } = this.#state;
    if (fetchingSince !== undefined && this.#isTooLong(fetchingSince, now)) this.#abandonFetch();
  }

  #isTooLong(startedAt: number, now: number): boolean {
    return now - startedAt > this.#options.longestFetch;
  }

  #abandonFetch(): void {
    this.#setState(fetchAbandoned(this.#state));
    this.flight.abandon();
  }

  #startTimer(): void {
    this.#timer.start(nextTick(this.#state) - this.#options.clock.monotonic());
  }

  // A document that was not used within its last life is not refreshed before the next request.
  #tick(): void {
    const now = this.#options.clock.monotonic();
    if (isIdle(this.#state, this.#usedAt, now) || this.flight.isFlying) return;
    if (onTick(this.#state, this.#options.settings, now).act === 'refresh') this.#refresh(undefined);
    else this.#startTimer();
  }
}
