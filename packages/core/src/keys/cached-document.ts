import type { LocatedDocument } from '../http/document-client.ts';
import type { MaybePromise } from '../lib/maybe-promise.ts';
import type { StoredDocument } from '../store/document-store.ts';
import type { RefreshingDocumentOptions } from './refreshing-document-options.ts';

type CacheOptions<TValue> = Pick<RefreshingDocumentOptions<TValue>, 'parse' | 'replaced' | 'store' | 'storeKey'>;

/** The parsed value of a document in memory, and its text in the document store. */
export class CachedDocument<TValue> {
  /** Read only for other classes. A field, because every request reads it. */
  value: TValue | undefined;
  readonly #options: CacheOptions<TValue>;
  /** The stored document that the value was parsed from. */
  #source: StoredDocument | undefined;

  constructor(options: CacheOptions<TValue>) {
    this.#options = options;
  }

  /** The stored copy, for a conditional request. undefined unless a value is in memory. */
  copy(): MaybePromise<StoredDocument | undefined> {
    const { store, storeKey } = this.#options;
    return this.value === undefined ? undefined : store.get(storeKey);
  }

  /**
   * Applies the result of a request. A new value replaces the previous one.
   *
   * @param copy - The stored copy that the request named.
   * @throws the error of the parser; the previous value then stays.
   */
  apply({ unchanged, json, url }: LocatedDocument, copy: StoredDocument | undefined): void {
    // A 304 for the copy that the value was parsed from confirms the value.
    if (unchanged && this.#isSource(copy)) return;
    const previous = this.value;
    const next = this.#options.parse(unchanged ? JSON.parse(copy?.body ?? 'null') : json, previous, url);
    this.value = next;
    this.#options.replaced?.(next, previous);
  }

  /** Stores the document that was applied last. */
  store({ url, etag, text }: LocatedDocument, copy: StoredDocument | undefined, fetchedAt: number, life: number): void {
    this.#source = { url, etag, fetchedAt, life, body: text ?? copy?.body ?? '' };
    void this.#options.store.set(this.#options.storeKey, this.#source);
  }

  // By content: a store may return another object each time.
  #isSource(copy: StoredDocument | undefined): boolean {
    return copy !== undefined && copy.url === this.#source?.url && copy.body === this.#source.body;
  }

  clear(): void {
    this.value = undefined;
    this.#source = undefined;
  }
}
