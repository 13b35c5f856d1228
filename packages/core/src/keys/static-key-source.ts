import type { KeySet } from './key-set.ts';
import type { KeySource } from './key-source.ts';
import { selectedKey } from './select-key.ts';

/** Keys that were given, not fetched. They do not age. */
export function createStaticKeySource(set: KeySet): KeySource {
  return {
    find: ({ kid, algorithm, accepted }) => selectedKey(set.select(kid, algorithm, accepted)),
    keySetNow: () => set,
    load: () => undefined,
    ready: () => true,
    stats: () => ({
      state: 'fresh',
      refreshing: false,
      keys: set.keys.length,
      skipped: set.skipped,
      age: null,
      refreshes: 0,
      failures: 0,
      lastError: null,
      // There is nobody to contact.
      contactsSaved: 0,
    }),
    clear: () => undefined,
    retire: () => undefined,
    close: () => undefined,
  };
}
