import type { IssuerCounters, IssuerTotals } from './issuer-totals.ts';

const counterNames = ['keySetRefreshes', 'keySetFailures', 'keySetHits', 'metadataHits', 'metadataFetches'] as const;

const none: IssuerCounters = {
  keySetRefreshes: 0,
  keySetFailures: 0,
  keySetHits: 0,
  metadataHits: 0,
  metadataFetches: 0,
};

/**
 * Sums the issuers that a resolver accepted, which have no label of their own. Issuers are evicted, and their counters
 * with them. A sum that decreases would look like a restart, so this adds up the increases since the last scrape.
 */
export class OtherIssuers {
  #last: ReadonlyMap<string, IssuerCounters> = new Map();
  #counters: IssuerCounters = none;

  /** Returns the sum; age and life are those of the key set that is the oldest in lives. */
  update(issuers: ReadonlyMap<string, IssuerTotals>): IssuerTotals {
    const next = new Map<string, IssuerCounters>();
    for (const [issuer, { counters }] of issuers) {
      this.#counters = add(this.#counters, increase(this.#last.get(issuer) ?? none, counters));
      next.set(issuer, counters);
    }
    this.#last = next;
    const all = [...issuers.values()];
    const oldest = all.toSorted((a, b) => ageInLives(b) - ageInLives(a))[0];
    return {
      age: oldest?.age ?? null,
      life: oldest?.life ?? null,
      keys: sum(all.map(({ keys }) => keys)),
      outages: sum(all.map(({ outages }) => outages)),
      counters: this.#counters,
    };
  }
}

function mapCounters(next: (name: keyof IssuerCounters) => number): IssuerCounters {
  const entries = counterNames.map((name) => [name, next(name)] as const);
  return { ...none, ...Object.fromEntries(entries) };
}

function add(left: IssuerCounters, right: IssuerCounters): IssuerCounters {
  return mapCounters((name) => left[name] + right[name]);
}

/** An issuer that was evicted and came back counts from zero. */
function increase(before: IssuerCounters, now: IssuerCounters): IssuerCounters {
  const isRestarted = counterNames.some((name) => now[name] < before[name]);
  return isRestarted ? now : mapCounters((name) => now[name] - before[name]);
}

function ageInLives({ age, life }: IssuerTotals): number {
  return age === null || life === null ? -1 : age / life;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
