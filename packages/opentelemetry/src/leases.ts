interface Entry {
  uses: number;
  readonly end: () => void;
}

/** Work that several verifiers share: started by the first of them, ended by the last. */
export class Leases {
  readonly #entries: Map<unknown, Entry> = new Map();

  /**
   * Starts what belongs to the key, unless it is in use.
   *
   * @param start - Returns a function that ends it.
   * @returns A function that ends the lease. Later calls do nothing.
   */
  acquire(key: unknown, start: () => () => void): () => void {
    const entry = this.#entries.get(key) ?? { uses: 0, end: start() };
    entry.uses += 1;
    this.#entries.set(key, entry);
    let isLeased = true;
    return () => {
      if (!isLeased) return;
      isLeased = false;
      entry.uses -= 1;
      if (entry.uses > 0) return;
      this.#entries.delete(key);
      entry.end();
    };
  }
}
