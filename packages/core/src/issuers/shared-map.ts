/** Values that several holders share: made for the first of them, ended with the last. */
export interface SharedMap<TValue> {
  /** The value of a key, held once more. */
  acquire(key: string, create: () => TValue): TValue;
  /** Gives up one hold; the last one ends the value, in its usual way or in another one. */
  release(key: string, end?: (value: TValue) => void): Promise<void> | void;
}

/**
 * Makes a map of shared values.
 *
 * @param end - Called with a value that nobody holds any more.
 */
export function createSharedMap<TValue>(end: (value: TValue) => Promise<void> | void): SharedMap<TValue> {
  const entries = new Map<string, { readonly value: TValue; holders: number }>();
  return {
    acquire(key, create) {
      const entry = entries.get(key) ?? { value: create(), holders: 0 };
      entry.holders += 1;
      entries.set(key, entry);
      return entry.value;
    },
    release(key, endThis = end) {
      const entry = entries.get(key);
      if (entry === undefined) return undefined;
      entry.holders -= 1;
      if (entry.holders > 0) return undefined;
      entries.delete(key);
      return endThis(entry.value);
    },
  };
}
