import { LRUCache } from 'lru-cache';
import { copyOptions } from '../lib/copy-options.ts';
import type { Clock } from '../runtime/clock.ts';
import type { KeyRequest } from './key-source.ts';
import { refreshLimits } from './refresh-policy.ts';

// Clients choose key identifiers. A longer one is not remembered, and its token is answered with 503 instead of 401.
const maxKeys = 256;
const longestName = 256;

/** The keys that a fetched key set did not contain, while the issuer must not be asked about them again. */
export class AbsentKeys {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #fetchedAt: LRUCache<string, number> = new LRUCache(copyOptions({ max: maxKeys }));

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock;
  }

  /** A key set that was requested for this key does not contain it. */
  add(request: KeyRequest): void {
    const name = nameOf(request);
    if (name.length <= longestName) this.#fetchedAt.set(name, this.#clock.monotonic());
  }

  has(request: KeyRequest): boolean {
    const fetchedAt = this.#fetchedAt.get(nameOf(request));
    return fetchedAt !== undefined && this.#clock.monotonic() - fetchedAt < refreshLimits.lookupInterval;
  }
}

function nameOf({ header: { kid, x5t, 'x5t#S256': x5tS256 }, algorithm }: KeyRequest): string {
  return JSON.stringify([algorithm, kid, x5tS256, x5t]);
}
