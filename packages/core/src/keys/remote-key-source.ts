import { TokenError, UnavailableError } from '../errors.ts';
import { andThen, type MaybePromise } from '../lib/maybe-promise.ts';
import type { KeySet, PublishedKey } from './key-set.ts';
import type { KeyRequest, KeySource, KeyStats } from './key-source.ts';
import { RefreshingSet, type RefreshOptions } from './refreshing-key-set.ts';
import { selectedKey } from './select-key.ts';

// Seconds between two looks at what the fetch of another request has brought.
const lookInterval = 0.05;

/**
 * A key set that is fetched when it is first needed, refreshed in the background before its life ends, kept while it
 * cannot be refreshed, and fetched early for a key that it does not hold.
 */
export function createRemoteKeySource(options: RefreshOptions): KeySource {
  return new RemoteKeySource(new RefreshingSet(options), options.runtime.sharesPromises);
}

class RemoteKeySource implements KeySource {
  readonly #refreshing: RefreshingSet;
  readonly #sharesPromises: boolean;
  #contactsSaved = 0;
  #isClosed = false;

  constructor(refreshing: RefreshingSet, sharesPromises: boolean) {
    this.#refreshing = refreshing;
    this.#sharesPromises = sharesPromises;
  }

  find(request: KeyRequest): MaybePromise<PublishedKey> {
    const asked = this.#refreshing.started;
    return andThen(this.#trusted(request.waitUntil), (set) => this.#pick(set, request, asked));
  }

  keySetNow(waitUntil: KeyRequest['waitUntil']): KeySet | undefined {
    if (this.#isClosed) return undefined;
    const { act } = this.#refreshing.decide();
    if (act === 'refresh') this.#refresh(waitUntil);
    else if (act !== 'use') return undefined;
    this.#contactsSaved += 1;
    return this.#refreshing.current;
  }

  load(): MaybePromise<void> {
    return andThen(this.#trusted(undefined), () => undefined);
  }

  ready(): boolean {
    if (this.#isClosed) return false;
    const { act } = this.#refreshing.decide();
    // A process that gets no requests until it is ready would otherwise never be. Workers have no request to fetch in.
    if ((act === 'refresh' || act === 'wait') && this.#sharesPromises) this.#refresh(undefined);
    return this.#isTrusted();
  }

  stats(): KeyStats {
    const { phase, current, age, isFetching, journal } = this.#refreshing;
    return {
      state: phase,
      refreshing: isFetching,
      keys: current?.keys.length ?? 0,
      skipped: current?.skipped ?? 0,
      age: age ?? null,
      refreshes: journal.refreshes,
      failures: journal.failures,
      lastError: journal.lastError?.code ?? null,
      contactsSaved: this.#contactsSaved,
    };
  }

  clear(): void {
    this.#refreshing.clear();
  }

  retire(): void {
    this.#refreshing.retire();
  }

  close(): void {
    this.#isClosed = true;
    this.#refreshing.retire();
    this.#refreshing.clear();
  }

  #trusted(waitUntil: KeyRequest['waitUntil']): MaybePromise<KeySet> {
    if (this.#isClosed) throw new UnavailableError('ERR_CLOSED', 'The verifier was closed');
    const decision = this.#refreshing.decide();
    if (decision.act === 'refuse') throw this.#unavailable(decision.retryAfter);
    if (decision.act === 'wait') return this.#afterFetch(waitUntil);
    if (decision.act === 'refresh') this.#refresh(waitUntil);
    this.#contactsSaved += 1;
    return this.#setAtHand();
  }

  async #afterFetch(waitUntil: KeyRequest['waitUntil']): Promise<KeySet> {
    const outcome = await this.#refreshing.fetch('life');
    return outcome === 'overtaken' ? this.#trusted(waitUntil) : this.#setAtHand();
  }

  #setAtHand(): KeySet {
    const { current, retryAfter } = this.#refreshing;
    if (current !== undefined && this.#isTrusted()) return current;
    throw this.#unavailable(retryAfter);
  }

  #isTrusted(): boolean {
    const { phase } = this.#refreshing;
    return phase !== 'absent' && phase !== 'expired';
  }

  /** @param asked - How many fetches had been started when the request came. */
  #pick(set: KeySet, request: KeyRequest, asked: number): MaybePromise<PublishedKey> {
    const selection = set.select(request.kid, request.algorithm, request.accepted);
    // What was asked for after the request came is as new as what another fetch would bring.
    const isNew = this.#refreshing.applied > asked;
    return selection.fault === 'unknown' && !isNew ? this.#findUnknown(request, asked) : selectedKey(selection);
  }

  #findUnknown(request: KeyRequest, asked: number): MaybePromise<PublishedKey> {
    const decision = this.#refreshing.decideUnknown();
    if (decision.act === 'refuse') {
      if (!this.#sharesPromises && this.#refreshing.isFetching) return this.#pickLater(request, asked);
      throw this.#notFound(decision.retryAfter);
    }
    return this.#refreshing.fetch('unknown-key').then((outcome) => {
      if (outcome === 'overtaken') return this.find(request);
      if (outcome === 'failed') throw this.#notFound(this.#refreshing.retryAfter);
      return this.#pick(this.#setAtHand(), request, asked);
    });
  }

  // Where the fetch of another request cannot be waited for, what it brings can.
  async #pickLater(request: KeyRequest, asked: number): Promise<PublishedKey> {
    await new Promise((resolve) => setTimeout(resolve, lookInterval * 1000));
    return this.#pick(await this.#trusted(request.waitUntil), request, asked);
  }

  // Without a word from the issuer nobody can say that the key does not exist.
  #notFound(retryAfter: number): TokenError | UnavailableError {
    if (this.#refreshing.isFailing) return this.#unavailable(retryAfter);
    return new TokenError('ERR_KEY_NOT_FOUND', 'The issuer has no key that fits the header of the token');
  }

  // Each request gets an error of its own.
  #unavailable(retryAfter: number): UnavailableError {
    const last = this.#refreshing.journal.lastError;
    const message = last?.message ?? 'The key set of the issuer cannot be fetched';
    return new UnavailableError(last?.code ?? 'ERR_KEY_SET_UNAVAILABLE', message, { retryAfter, cause: last?.cause });
  }

  #refresh(waitUntil: KeyRequest['waitUntil']): void {
    const work = this.#refreshing.fetch('life');
    waitUntil?.(work);
  }
}
