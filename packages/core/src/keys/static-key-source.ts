import { denySelection } from './deny-selection.ts';
import type { KeySet, SelectedKey } from './key-set.ts';
import type { KeyRequest, KeySource, KeyStats } from './key-source.ts';

/** Keys from the configuration. They never expire. */
export class StaticKeySource implements KeySource {
  readonly #keySet: KeySet;

  constructor(keySet: KeySet) {
    this.#keySet = keySet;
  }

  find({ header, algorithm, accepted }: KeyRequest): SelectedKey {
    const selection = this.#keySet.select(header, algorithm, accepted);
    if (selection.key === undefined) throw denySelection(selection.fault);
    return selection;
  }

  keySetNow(): KeySet {
    return this.#keySet;
  }

  load(): void {
    // In memory from the start.
  }

  ready(): boolean {
    return true;
  }

  stats(): Omit<KeyStats, 'metadata'> {
    const { keys, skipped } = this.#keySet;
    return {
      state: 'fresh',
      refreshing: false,
      keys: keys.length,
      skipped,
      age: null,
      refreshes: 0,
      failures: 0,
      lastError: null,
      contactsSaved: 0,
      keySetLife: null,
      outage: false,
    };
  }

  clear(): void {
    // The configuration does not change.
  }

  retire(): void {
    // There is nothing to refresh.
  }

  close(): void {
    // There is nothing to end.
  }
}
