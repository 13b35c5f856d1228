import type { IssuerStats } from '@verifier/core';

/** The published numbers of one issuer, or of all issuers behind the label `other`. Null without a key set. */
export interface IssuerTotals {
  readonly age: number | null;
  readonly life: number | null;
  readonly keys: number;
  /** The number of issuers that have an outage. */
  readonly outages: number;
  readonly counters: IssuerCounters;
}

/** Numbers that only increase. */
export interface IssuerCounters {
  readonly keySetRefreshes: number;
  readonly keySetFailures: number;
  readonly keySetHits: number;
  readonly metadataHits: number;
  readonly metadataFetches: number;
}

/** Returns the numbers of one issuer. */
export function issuerTotals(stats: IssuerStats): IssuerTotals {
  const { age, keySetLife, keys, outage, metadata } = stats;
  const { contactsSaved = 0, refreshes = 0, failures = 0 } = metadata ?? {};
  const counters: IssuerCounters = {
    keySetRefreshes: stats.refreshes,
    keySetFailures: stats.failures,
    keySetHits: stats.contactsSaved,
    metadataHits: contactsSaved,
    metadataFetches: refreshes + failures,
  };
  return { age, life: keySetLife, keys, outages: outage ? 1 : 0, counters };
}
