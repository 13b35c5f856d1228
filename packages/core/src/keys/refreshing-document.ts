import { type AuthErrorCode, UnavailableError } from '../errors.ts';
import type { LocatedDocument } from '../http/document-client.ts';
import { DocumentError } from '../http/document-error.ts';
import type { MaybePromise } from '../lib/maybe-promise.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Runtime, Timer } from '../runtime/runtime.ts';
import type { DocumentStore, StoredDocument } from '../store/document-store.ts';
import type { DocumentListener } from './document-listener.ts';
import {
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
  type Phase,
  phaseOf,
  type RefreshSettings,
  type RefreshState,
} from './refresh-policy.ts';

/** The collaborators and settings of a {@link RefreshingDocument}. */
export interface RefreshingDocumentOptions<TValue> {
  /**
   * Requests the document. Errors other than an UnavailableError become the cause of one.
   *
   * @param cached - The copy that a 304 would confirm.
   */
  readonly request: (cached: StoredDocument | undefined, signal: AbortSignal) => Promise<LocatedDocument>;
  /** Parses the document; throws an UnavailableError if it is not usable, and the previous value stays. */
  readonly parse: (json: unknown, previous: TValue | undefined) => TValue;
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

/** The result of a fetch: overtaken if `clear()` or a newer result superseded it. */
export type FetchOutcome = 'loaded' | 'failed' | 'overtaken';

/** Keeps a Fetch-style runtime alive until background work ends. */
export type WaitUntil = ((work: Promise<unknown>) => void) | undefined;

/** The state of a document, as plain data. Times in seconds. */
export interface DocumentStats {
  readonly phase: Phase;
  readonly isFetching: boolean;
  /** Since the last fetch or confirmation; null if absent. */
  readonly age: number | null;
  readonly refreshes: number;
  readonly failures: number;
  /** The code of the last fetch, if it failed. */
  readonly lastError: AuthErrorCode | null;
}

/**
 * A document of an issuer in memory, and the fetches that refresh it: single flight, in the background, with back-off.
 * The refresh policy decides when to fetch; this class does it.
 */
export class RefreshingDocument<TValue> {
  readonly #options: RefreshingDocumentOptions<TValue>;
  #value: TValue | undefined;
  /** The stored document that the value was parsed from. */
  #source: StoredDocument | undefined;
  #state: RefreshState = initialState;
  // Precomputed, so that a request with a fresh document costs one comparison.
  #freshUntil = Number.NEGATIVE_INFINITY;
  #flight: Promise<FetchOutcome> | undefined;
  #controller: AbortController = new AbortController();
  #timer: Timer | undefined;
  #isRetired = false;
  #isClosed = false;
  #usedAt = 0;
  #started = 0;
  #applied = 0;
  #refreshes = 0;
  #failures = 0;
  #lastError: UnavailableError | undefined;
  #outageSince: number | undefined;

  constructor(options: RefreshingDocumentOptions<TValue>) {
    this.#options = options;
  }

  /** The value in memory, trusted or not. */
  get current(): TValue | undefined {
    return this.#value;
  }

  /** The number of fetches started so far. */
  get started(): number {
    return this.#started;
  }

  /** The number of the fetch that the value comes from, in the order of their starts. */
  get applied(): number {
    return this.#applied;
  }

  get isFetching(): boolean {
    return this.#state.fetchingSince !== undefined;
  }

  /** Whether the last fetch failed. */
  get isFailing(): boolean {
    return this.#state.failures > 0;
  }

  /** The value if a request may use it without waiting. Counts as use, and starts a refresh that is due. */
  valueNow(waitUntil: WaitUntil): TValue | undefined {
    const now = this.#options.clock.monotonic();
    this.#usedAt = now;
    if (now < this.#freshUntil) return this.#value;
    const { act } = this.#decide(now);
    if (act === 'refresh') this.#refresh(waitUntil);
    return act === 'refresh' || act === 'use' ? this.#value : undefined;
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
    const value = this.#value;
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

  /** What a request does that needs a newer document than the one in memory. */
  decideLookup(): Decision {
    const now = this.#options.clock.monotonic();
    this.#abandonLostFetch(now);
    // A request that cannot wait for the fetch of another one needs its own.
    return onUnknownKey(this.#options.runtime.sharesPromises ? this.#state : fetchAbandoned(this.#state), now);
  }

  /** Fetches the document, or joins the fetch in flight. Never rejects. */
  fetch(reason: 'life' | 'unknown-key'): Promise<FetchOutcome> {
    if (this.#flight !== undefined && this.#options.runtime.sharesPromises) return this.#flight;
    const flight = this.#run(reason).finally(() => {
      if (this.#flight === flight) this.#flight = undefined;
    });
    this.#flight = flight;
    return flight;
  }

  /** A new error for one request, with the code of the last failure. */
  unavailable(retryAfter?: number): UnavailableError {
    const { code, message, cause } = this.#lastError ?? { ...this.#options.unavailable, cause: undefined };
    const seconds = retryAfter ?? blockedUntil(this.#state) - this.#options.clock.monotonic();
    return new UnavailableError(code, message, { retryAfter: seconds, cause });
  }

  stats(): DocumentStats {
    const now = this.#options.clock.monotonic();
    const { loadedAt } = this.#state;
    return {
      phase: phaseOf(this.#state, this.#options.settings, now),
      isFetching: this.isFetching,
      age: loadedAt === undefined ? null : now - loadedAt,
      refreshes: this.#refreshes,
      failures: this.#failures,
      lastError: this.#lastError?.code ?? null,
    };
  }

  /** Discards the value and aborts fetches in flight. A `Retry-After` and the budget of look-ups remain. */
  clear(): void {
    const { throttledUntil, lookups } = this.#state;
    this.#abandonFetch();
    this.#setState({ ...initialState, throttledUntil, lookups });
    this.#value = undefined;
    this.#source = undefined;
    this.#timer?.cancel();
  }

  /** Stops the timer. Requests are still answered. */
  retire(): void {
    this.#isRetired = true;
    this.#timer?.cancel();
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
    const work = this.fetch('life');
    waitUntil?.(work);
  }

  async #loadByFetch(waitUntil: WaitUntil): Promise<TValue> {
    const outcome = await this.fetch('life');
    return outcome === 'overtaken' ? this.load(waitUntil) : this.trusted();
  }

  #isTrusted(): boolean {
    const phase = phaseOf(this.#state, this.#options.settings, this.#options.clock.monotonic());
    return phase !== 'absent' && phase !== 'expired';
  }

  async #run(reason: 'life' | 'unknown-key'): Promise<FetchOutcome> {
    const { request, store, storeKey, clock } = this.#options;
    this.#started += 1;
    const sequence = this.#started;
    const startedAt = clock.monotonic();
    this.#setState(fetchStarted(this.#state, startedAt, reason));
    const signal = this.#signal();
    // Results may arrive out of order: an older one never replaces a newer one.
    const isOvertaken = (): boolean => sequence <= this.#applied;
    try {
      const stored = this.#value === undefined ? undefined : store.get(storeKey);
      const cached = stored instanceof Promise ? await stored : stored;
      const document = await request(cached, signal);
      if (isOvertaken()) return 'overtaken';
      this.#accept(document, cached, startedAt, sequence);
      return 'loaded';
    } catch (error) {
      if (isOvertaken()) return 'overtaken';
      this.#reject(error, startedAt);
      return 'failed';
    }
  }

  // Workers do not let one request abort the fetch of another: each fetch has its own signal.
  #signal(): AbortSignal {
    return (this.#options.runtime.sharesPromises ? this.#controller : new AbortController()).signal;
  }

  #accept(document: LocatedDocument, cached: StoredDocument | undefined, startedAt: number, sequence: number): void {
    const { settings, random, clock, listener } = this.#options;
    // A 304 confirms the value only if the value was parsed from the copy that the request named.
    const isConfirmed = document.unchanged && cached !== undefined && cached === this.#source;
    const body = document.text ?? cached?.body ?? '';
    if (!isConfirmed) this.#replace(document.unchanged ? JSON.parse(body) : document.json);
    const now = clock.monotonic();
    // After a process freeze, date the document from the request, not from the response.
    const loadedAt = this.#isTooLong(startedAt, now) ? startedAt : now;
    const life = lifeOf(document.cacheControl, document.age, settings, isConfirmed ? this.#state.life : undefined);
    this.#applied = sequence;
    this.#setState(fetchSucceeded(this.#state, settings, { now: loadedAt, life, random: random() }));
    this.#store(document, body, now - loadedAt);
    this.#refreshes += 1;
    this.#lastError = undefined;
    listener.refreshed(now - startedAt);
    if (this.#outageSince !== undefined) listener.outageLeft(now - this.#outageSince);
    this.#outageSince = undefined;
    this.#startTimer();
  }

  #replace(json: unknown): void {
    const previous = this.#value;
    const next = this.#options.parse(json, previous);
    this.#value = next;
    this.#options.replaced?.(next, previous);
  }

  #store({ url, etag }: LocatedDocument, body: string, age: number): void {
    const { store, storeKey, clock } = this.#options;
    this.#source = { url, etag, fetchedAt: clock.now() - age, life: this.#state.life, body };
    void store.set(storeKey, this.#source);
  }

  #reject(error: unknown, startedAt: number): void {
    const { clock, random, settings, listener } = this.#options;
    const now = clock.monotonic();
    if (this.#isTooLong(startedAt, now)) {
      this.#setState(fetchAbandoned(this.#state));
    } else {
      const failure = this.#asUnavailable(error);
      const retryAfter = failure.cause instanceof DocumentError ? failure.cause.retryAfter : undefined;
      this.#setState(fetchFailed(this.#state, { now, random: random(), retryAfter, retry: settings.retry }));
      this.#failures += 1;
      this.#lastError = failure;
      listener.failed(failure, this.#state.failures, now - startedAt);
      this.#enterOutage(now);
    }
    this.#startTimer();
  }

  #asUnavailable(cause: unknown): UnavailableError {
    if (cause instanceof UnavailableError) return cause;
    const { code, message } = this.#options.unavailable;
    return new UnavailableError(code, message, { cause });
  }

  #enterOutage(now: number): void {
    const phase = phaseOf(this.#state, this.#options.settings, now);
    if (phase === 'fresh' || phase === 'due' || this.#outageSince !== undefined || !this.#lastError) return;
    this.#outageSince = now;
    this.#options.listener.outageEntered(this.#lastError);
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
    this.#applied = this.#started;
    this.#flight = undefined;
    if (this.#options.runtime.sharesPromises) this.#controller.abort();
    this.#controller = new AbortController();
  }

  #startTimer(): void {
    this.#timer?.cancel();
    if (this.#isRetired) return;
    const seconds = Math.max(0.1, nextTick(this.#state) - this.#options.clock.monotonic());
    this.#timer = this.#options.runtime.schedule(seconds, () => this.#tick());
  }

  // A document that was not used within its last life is not refreshed before the next request.
  #tick(): void {
    const now = this.#options.clock.monotonic();
    if (isIdle(this.#state, this.#usedAt, now) || this.#flight !== undefined) return;
    if (onTick(this.#state, this.#options.settings, now).act === 'refresh') this.#refresh(undefined);
    else this.#startTimer();
  }
}
