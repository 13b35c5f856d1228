import type { AuthErrorCode } from '../errors.ts';
import type { KeyStats } from '../keys/key-source.ts';
import type { FetchFailureKind } from './events.ts';
import type { TimingStats } from './timing-metrics.ts';

/** The counters and the state of a verifier, as plain JSON. Durations are in seconds. */
export interface VerifierStats {
  /** Accepted tokens. */
  readonly verified: number;
  /** Refused tokens by error code. */
  readonly refused: Readonly<Partial<Record<AuthErrorCode, number>>>;
  /** The key statistics of each issuer that is configured, or that a resolver accepted and that signed a token. */
  readonly issuers: Readonly<Record<string, IssuerStats>>;
  /** The durations of fetches of metadata and key sets, failed ones included. */
  readonly fetches: TimingStats;
  /** Failed fetches of metadata and key sets, by their reason. */
  readonly fetchFailures: Readonly<Partial<Record<FetchFailureKind, number>>>;
  /** The durations of verifications of access tokens, refused ones included: from the token to the result. */
  readonly authentications: {
    /** Tokens whose signature was cached; one of 16 is measured. */
    readonly cached: TimingStats;
    /** All other tokens, the wait for keys and for a pool thread included. */
    readonly uncached: TimingStats;
  };
  /** Tokens that waited for a fetch of keys. */
  readonly coldWaits: number;
  /** Signature checks of all verifiers of the process that wait for a pool thread now. */
  readonly waitingChecks: number;
  /** The durations of signature checks, including the wait for a pool thread; one check of 16 is measured. */
  readonly signatureChecks: TimingStats;
  readonly tokenCache: {
    /** Tokens of this verifier that were cached. */
    readonly hits: number;
    /** Tokens of this verifier that were not cached. */
    readonly misses: number;
    /** hits / (hits + misses); 0 before the first token. */
    readonly hitRate: number;
    /** Cached tokens of all verifiers of the process. */
    readonly entries: number;
    readonly maxEntries: number;
  };
}

/** The state of one issuer of a verifier. */
export interface IssuerStats extends KeyStats {
  /** Whether the options name the issuer. Otherwise a resolver accepted it, and its name must not become a metric's label. */
  readonly configured: boolean;
}

interface KnownIssuer {
  readonly issuer: string;
  readonly entry: { stats(): KeyStats };
}

/** The state of each known issuer of a verifier, by issuer. */
export function issuerStats(known: readonly KnownIssuer[], configured: boolean): VerifierStats['issuers'] {
  return Object.fromEntries(known.map(({ issuer, entry }) => [issuer, { ...entry.stats(), configured }]));
}

/** The counters of one verifier. */
export interface Counters {
  readonly refused: Partial<Record<AuthErrorCode, number>>;
  verified: number;
  hits: number;
  misses: number;
  coldWaits: number;
  readonly fetchFailures: Partial<Record<FetchFailureKind, number>>;
}

/** The counters of a new verifier. */
export function emptyCounters(): Counters {
  return { refused: {}, verified: 0, hits: 0, misses: 0, coldWaits: 0, fetchFailures: {} };
}

/** The statistics of the token cache for one verifier. */
export function tokenCacheStats(
  { hits, misses }: Pick<Counters, 'hits' | 'misses'>,
  cache: Pick<VerifierStats['tokenCache'], 'entries' | 'maxEntries'> = { entries: 0, maxEntries: 0 },
): VerifierStats['tokenCache'] {
  const { entries, maxEntries } = cache;
  return { hits, misses, hitRate: hits + misses === 0 ? 0 : hits / (hits + misses), entries, maxEntries };
}
