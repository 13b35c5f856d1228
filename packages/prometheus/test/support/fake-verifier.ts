import type { IssuerStats, VerifierStats } from '@verifier/core';

const bounds = [0.000005, 0.00001, 0.001, 0.1, 1];

/** Durations, each of them counted in the buckets. */
export function timing(...seconds: number[]): VerifierStats['fetches'] {
  return {
    count: seconds.length,
    sum: seconds.reduce((total, value) => total + value, 0),
    p50: 0,
    p95: 0,
    p99: 0,
    buckets: bounds.map((le) => ({ le, count: seconds.filter((value) => value <= le).length })),
  };
}

/** The statistics of an issuer with one key. */
export function issuerStats(members: Partial<IssuerStats> = {}): IssuerStats {
  return {
    configured: true,
    state: 'fresh',
    refreshing: false,
    keys: 1,
    skipped: 0,
    age: 30,
    keySetLife: 600,
    outage: false,
    refreshes: 2,
    failures: 1,
    lastError: null,
    contactsSaved: 40,
    metadata: { refreshes: 1, failures: 0, contactsSaved: 3, age: 30 },
    ...members,
  };
}

/** The statistics of a verifier that did nothing. */
export function verifierStats(members: Partial<VerifierStats> = {}): VerifierStats {
  return {
    verified: 0,
    refused: {},
    issuers: {},
    fetches: timing(),
    fetchFailures: {},
    signatureChecks: timing(),
    authentications: { cached: timing(), uncached: timing() },
    coldWaits: 0,
    waitingChecks: 0,
    proofs: { accepted: 0, refused: {}, replay: { first: 0, repeated: 0, failed: 0 } },
    tokenCache: { hits: 0, misses: 0, hitRate: 0, entries: 0, maxEntries: 5000 },
    ...members,
  };
}

/** A source of statistics that counts how often it is read. */
export class FakeVerifier {
  reads = 0;
  current: VerifierStats;

  constructor(members: Partial<VerifierStats> = {}) {
    this.current = verifierStats(members);
  }

  stats(): VerifierStats {
    this.reads += 1;
    return this.current;
  }
}
