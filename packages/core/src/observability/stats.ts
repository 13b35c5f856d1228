import type { AuthErrorCode } from '../errors.ts';
import type { KeyStats } from '../keys/key-source.ts';
import type { TimingStats } from './timing-metrics.ts';

/** The counters and the state of a verifier, as plain JSON. Durations are in seconds. */
export interface VerifierStats {
  /** Accepted tokens. */
  readonly verified: number;
  /** Refused tokens by error code. */
  readonly refused: Readonly<Partial<Record<AuthErrorCode, number>>>;
  /** The key statistics of each issuer that is configured, or that a resolver accepted and that signed a token. */
  readonly issuers: Readonly<Record<string, KeyStats>>;
  /** The durations of fetches of metadata and key sets, failed ones included. */
  readonly fetches: TimingStats;
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

/** The counters of one verifier. */
export interface Counters {
  readonly refused: Partial<Record<AuthErrorCode, number>>;
  verified: number;
  /** Accepted tokens that met the requirements of a route. */
  granted: number;
  hits: number;
  misses: number;
}
