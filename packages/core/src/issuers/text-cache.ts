import { LRUCache } from 'lru-cache';
import { copyOptions } from '../lib/copy-options.ts';

/** The limits of a {@link TextCache}, for the entries together. */
export interface TextCacheLimits {
  readonly maxEntries: number;
  readonly maxCharacters: number;
}

// Texts that clients choose: limited in number and in total length.
const defaultLimits: TextCacheLimits = { maxEntries: 1024, maxCharacters: 262_144 };

/** Values by a text that a client chose. Evicts the least recently used ones, within a limit of memory. */
export class TextCache<TValue extends object | number | true> {
  readonly #values: LRUCache<string, TValue>;

  constructor({ maxEntries, maxCharacters }: TextCacheLimits = defaultLimits) {
    this.#values = new LRUCache(
      copyOptions({
        max: maxEntries,
        maxSize: maxCharacters,
        sizeCalculation: (_value: TValue, text: string) => Math.max(1, text.length),
      }),
    );
  }

  get(text: string): TValue | undefined {
    return this.#values.get(text);
  }

  set(text: string, value: TValue): void {
    this.#values.set(text, value);
  }

  delete(text: string): void {
    this.#values.delete(text);
  }

  clear(): void {
    this.#values.clear();
  }
}
