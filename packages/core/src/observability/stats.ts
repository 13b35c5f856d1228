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
    /** Tokens whose signature was cached; one of 64 is measured. */
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
  /** DPoP proofs; zero without the option `dpop`. */
  readonly proofs: ProofStats;
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

/** The DPoP proofs of a verifier. */
export interface ProofStats {
  readonly accepted: number;
  /** Refused proofs by error code: those of proofs, `ERR_BINDING_MISMATCH` and `ERR_REPLAY_STORE_UNAVAILABLE`. */
  readonly refused: Readonly<Partial<Record<AuthErrorCode, number>>>;
  /** The answers of the replay store to identifiers of proofs. */
  readonly replay: {
    /** Identifiers that were not used before. */
    readonly first: number;
    /** Identifiers that were used before: their proofs were refused. */
    readonly repeated: number;
    /** Identifiers about which the store gave no answer in time. */
    readonly failed: number;
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
  /** Accepted tokens that met the requirements of a route. */
  granted: number;
  hits: number;
  misses: number;
  coldWaits: number;
  readonly fetchFailures: Partial<Record<FetchFailureKind, number>>;
  readonly proofs: ProofCounters;
}

/** The counters of {@link ProofStats}. */
export interface ProofCounters {
  accepted: number;
  readonly refused: Partial<Record<AuthErrorCode, number>>;
  readonly replay: { first: number; repeated: number; failed: number };
}

/** The counters of a new verifier. */
export function emptyCounters(): Counters {
  const proofs: ProofCounters = { accepted: 0, refused: {}, replay: { first: 0, repeated: 0, failed: 0 } };
  return { refused: {}, verified: 0, granted: 0, hits: 0, misses: 0, coldWaits: 0, fetchFailures: {}, proofs };
}

/** A copy of the counters of proofs. */
export function proofStats({ accepted, refused, replay }: ProofCounters): ProofStats {
  return { accepted, refused: { ...refused }, replay: { ...replay } };
}

/** The statistics of the token cache for one verifier. */
export function tokenCacheStats(
  { hits, misses }: Pick<Counters, 'hits' | 'misses'>,
  cache: Pick<VerifierStats['tokenCache'], 'entries' | 'maxEntries'> = { entries: 0, maxEntries: 0 },
): VerifierStats['tokenCache'] {
  const { entries, maxEntries } = cache;
  return { hits, misses, hitRate: hits + misses === 0 ? 0 : hits / (hits + misses), entries, maxEntries };
}
