import { type TokenError, UnavailableError } from '../errors.ts';
import { readableUrl } from '../http/readable-url.ts';
import { andThen, type MaybePromise } from '../lib/maybe-promise.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { AbsentKeys } from './absent-keys.ts';
import { denySelection } from './deny-selection.ts';
import { KeySet, type SelectedKey } from './key-set.ts';
import type { KeySetListener } from './key-set-listener.ts';
import type { KeyRequest, KeySource, KeyStats } from './key-source.ts';
import { RefreshingDocument } from './refreshing-document.ts';
import type { RefreshingDocumentOptions } from './refreshing-document-options.ts';

/** The collaborators and settings of a {@link RemoteKeySource}. */
export interface RemoteKeySourceOptions
  extends Pick<
    RefreshingDocumentOptions<KeySet>,
    'request' | 'settings' | 'store' | 'storeKey' | 'clock' | 'random' | 'longestFetch'
  > {
  readonly runtime: Runtime;
  readonly listener: KeySetListener;
}

// If a request cannot await the fetch of another one, it polls for the result at this interval, in seconds.
const pollInterval = 0.05;

/** Keys from a key set that is fetched when first needed, refreshed ahead of expiry, and fetched early for unknown keys. */
export class RemoteKeySource implements KeySource {
  readonly #document: RefreshingDocument<KeySet>;
  readonly #sharesPromises: boolean;
  readonly #absentKeys: AbsentKeys;
  #contactsSaved = 0;

  constructor(options: RemoteKeySourceOptions) {
    const { runtime, listener } = options;
    this.#sharesPromises = runtime.sharesPromises;
    this.#absentKeys = new AbsentKeys(options.clock);
    this.#document = new RefreshingDocument({
      ...options,
      parse: (json, previous, url) => parseKeySet(json, runtime, previous, url),
      replaced: (next, previous) => publishChanges(next, previous, listener),
      unavailable: { code: 'ERR_KEY_SET_UNAVAILABLE', message: 'The key set of the issuer cannot be fetched' },
    });
  }

  find(request: KeyRequest): MaybePromise<SelectedKey> {
    const { started } = this.#document.flight;
    const keySet = this.keySetNow(request.waitUntil) ?? this.#document.load(request.waitUntil);
    if (keySet instanceof Promise) return keySet.then((loaded) => this.#select(loaded, request, started));
    return this.#select(keySet, request, started);
  }

  keySetNow(waitUntil: KeyRequest['waitUntil']): KeySet | undefined {
    const keySet = this.#document.valueNow(waitUntil);
    if (keySet !== undefined) this.#contactsSaved += 1;
    return keySet;
  }

  load(): MaybePromise<void> {
    const keySet = this.keySetNow(undefined) ?? this.#document.load(undefined);
    return keySet instanceof Promise ? keySet.then(() => undefined) : undefined;
  }

  ready(): boolean {
    return this.#document.ready();
  }

  stats(): Omit<KeyStats, 'metadata'> {
    const { value, phase, isFetching, age, life, refreshes, failures, lastError, isOutage } = this.#document.stats();
    const { keys, skipped } = value ?? { keys: [], skipped: 0 };
    return {
      state: phase,
      refreshing: isFetching,
      keys: keys.length,
      skipped,
      age,
      refreshes,
      failures,
      lastError,
      contactsSaved: this.#contactsSaved,
      keySetLife: life,
      outage: isOutage,
    };
  }

  clear(): void {
    this.#document.clear();
  }

  retire(): void {
    this.#document.retire();
  }

  close(): void {
    this.#document.close();
  }

  /** @param started - The number of fetches that had started when the request arrived. */
  #select(keySet: KeySet, request: KeyRequest, started: number): MaybePromise<SelectedKey> {
    const selection = keySet.select(request.header, request.algorithm, request.accepted);
    if (selection.key !== undefined) return selection;
    // A set that was requested after the arrival of the token is as new as the result of another fetch.
    const isNew = this.#document.flight.applied > started;
    if (selection.fault === 'unknown' && !isNew) return this.#lookUp(request, started);
    if (selection.fault === 'unknown') this.#absentKeys.add(request);
    throw denySelection(selection.fault);
  }

  #lookUp(request: KeyRequest, started: number): MaybePromise<SelectedKey> {
    const decision = this.#document.decideLookup();
    if (decision.act === 'refuse') {
      if (!this.#sharesPromises && this.#document.stats().isFetching) return this.#poll(request, started);
      throw this.#denyUnknown(request, decision.retryAfter);
    }
    return this.#document.fetch('unknown-key').then((outcome) => {
      if (outcome === 'overtaken') return this.find(request);
      if (outcome === 'failed') throw this.#document.unavailable();
      return andThen(this.#document.load(request.waitUntil), (keySet) => this.#select(keySet, request, started));
    });
  }

  async #poll(request: KeyRequest, started: number): Promise<SelectedKey> {
    await new Promise((resolve) => setTimeout(resolve, pollInterval * 1000));
    const keySet = this.keySetNow(request.waitUntil) ?? (await this.#document.load(request.waitUntil));
    return this.#select(keySet, request, started);
  }

  // Unless the issuer answered without the key, it may exist: a client must keep its token.
  #denyUnknown(request: KeyRequest, retryAfter: number): TokenError | UnavailableError {
    const isAbsent = !this.#document.stats().isFailing && this.#absentKeys.has(request);
    return isAbsent ? denySelection('unknown') : this.#document.unavailable(retryAfter);
  }
}

function parseKeySet(json: unknown, runtime: Runtime, previous: KeySet | undefined, url: string): KeySet {
  const { keys: members } = (json ?? {}) as { keys?: unknown };
  if (!Array.isArray(members)) throw invalidKeySet(`The key set at ${readableUrl(url)} is not a JWK set`);
  const keySet = new KeySet(members, runtime, previous);
  if (keySet.keys.length === 0) throw invalidKeySet(`The key set at ${readableUrl(url)} contains no usable key`);
  return keySet;
}

function invalidKeySet(message: string): UnavailableError {
  return new UnavailableError('ERR_KEY_SET_INVALID', message);
}

function publishChanges(next: KeySet, previous: KeySet | undefined, listener: KeySetListener): void {
  const before = new Set(previous?.keys);
  const after = new Set(next.keys);
  const added = next.keys.filter((key) => !before.has(key));
  const removed = [...before].filter((key) => !after.has(key));
  if (added.length + removed.length > 0) listener.changed(added, removed);
}
