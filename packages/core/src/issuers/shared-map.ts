/** Values with a reference count: created by the first lease, ended with the last one. */
export class SharedMap<TValue> {
  readonly #entries: Map<string, { readonly value: TValue; leases: number }> = new Map();
  readonly #end: (value: TValue) => Promise<void> | void;

  /** @param end - Ends a value after its last lease was released. */
  constructor(end: (value: TValue) => Promise<void> | void) {
    this.#end = end;
  }

  /** Leases the value of a key, and creates it if necessary. */
  acquire(key: string, create: () => TValue): TValue {
    const entry = this.#entries.get(key) ?? { value: create(), leases: 0 };
    entry.leases += 1;
    this.#entries.set(key, entry);
    return entry.value;
  }

  /** Releases one lease; the last one ends the value, with `end` instead of the usual function if given. */
  release(key: string, end: (value: TValue) => Promise<void> | void = this.#end): Promise<void> | void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    entry.leases -= 1;
    if (entry.leases > 0) return undefined;
    this.#entries.delete(key);
    return end(entry.value);
  }
}
