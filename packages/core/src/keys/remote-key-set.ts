import { TokenError, UnavailableError } from '../errors.ts';
import { andThen, type MaybePromise } from '../maybe-promise.ts';
import type { IssuerKeys, KeyRequest, KeyStats } from './issuer-keys.ts';
import type { KeySet, Selection, VerificationKey } from './key-set.ts';
import { RefreshingSet, type RefreshOptions } from './refreshing-set.ts';
import { selectedKey } from './select-key.ts';

/**
 * A key set that is fetched when it is first needed, refreshed in the background before its life ends, kept while it
 * cannot be refreshed, and fetched early for a key that it does not hold.
 */
export function createRemoteKeySet(options: RefreshOptions): IssuerKeys {
  return new RemoteKeySet(new RefreshingSet(options));
}

class RemoteKeySet implements IssuerKeys {
  readonly #refreshing: RefreshingSet;

  constructor(refreshing: RefreshingSet) {
    this.#refreshing = refreshing;
  }

  find(request: KeyRequest): MaybePromise<VerificationKey> {
    const trusted = this.#trusted(request.waitUntil);
    return andThen(trusted, (set) => {
      const selection = select(set, request);
      // A set that this request waited for is as new as what another fetch would bring.
      const isNew = trusted instanceof Promise && !this.#refreshing.isFailing;
      return selection.fault === 'unknown' && !isNew ? this.#findUnknown(request) : selectedKey(selection);
    });
  }

  findNow(request: KeyRequest): VerificationKey | undefined {
    const { act } = this.#refreshing.decide();
    if (act === 'refresh') this.#refresh(request.waitUntil);
    const set = act === 'use' || act === 'refresh' ? this.#refreshing.current : undefined;
    return set === undefined ? undefined : select(set, request).key;
  }

  load(): MaybePromise<void> {
    return andThen(this.#trusted(undefined), () => undefined);
  }

  ready(): boolean {
    const { phase } = this.#refreshing;
    return phase !== 'absent' && phase !== 'expired';
  }

  stats(): KeyStats {
    const { phase, current, age, journal } = this.#refreshing;
    return {
      state: phase,
      keys: current?.keys.length ?? 0,
      age: age ?? null,
      refreshes: journal.refreshes,
      failures: journal.failures,
      lastError: journal.lastError?.code ?? null,
    };
  }

  clear(): void {
    this.#refreshing.clear();
  }

  close(): void {
    this.#refreshing.close();
  }

  #trusted(waitUntil: KeyRequest['waitUntil']): MaybePromise<KeySet> {
    const decision = this.#refreshing.decide();
    if (decision.act === 'refuse') throw this.#unavailable(decision.retryAfter);
    if (decision.act === 'wait') return this.#refreshing.fetch('life').then(() => this.#setAfterFetch(waitUntil));
    if (decision.act === 'refresh') this.#refresh(waitUntil);
    return this.#setAtHand();
  }

  #setAfterFetch(waitUntil: KeyRequest['waitUntil']): MaybePromise<KeySet> {
    const wasCleared = this.#refreshing.current === undefined && !this.#refreshing.isFailing;
    return wasCleared ? this.#trusted(waitUntil) : this.#setAtHand();
  }

  #setAtHand(): KeySet {
    const { current, retryAfter } = this.#refreshing;
    if (current !== undefined && this.ready()) return current;
    throw this.#unavailable(retryAfter);
  }

  #findUnknown(request: KeyRequest): MaybePromise<VerificationKey> {
    const decision = this.#refreshing.decideUnknown();
    if (decision.act === 'refuse') throw this.#notFound(decision.retryAfter);
    return this.#refreshing.fetch('unknown-key').then((succeeded) => {
      if (!succeeded) throw this.#notFound(1);
      return selectedKey(select(this.#setAtHand(), request));
    });
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

function select(set: KeySet, { kid, algorithm, accepted }: KeyRequest): Selection {
  return set.select(kid, algorithm, accepted);
}
