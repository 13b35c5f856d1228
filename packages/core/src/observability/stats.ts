import type { AuthErrorCode } from '../errors.ts';
import type { KeyStats } from '../keys/key-source.ts';
import type { TimingStats } from './timings.ts';

/** What a verifier has done, and the state it is in, as plain JSON. */
export interface VerifierStats {
  /** Tokens that were accepted. */
  readonly verified: number;
  /** Tokens that were refused, by the code of the error. */
  readonly refused: Readonly<Partial<Record<AuthErrorCode, number>>>;
  /** Each issuer known by now. */
  readonly issuers: Readonly<Record<string, KeyStats>>;
  /** How long fetches took, of metadata and of key sets, whether they succeeded or not. */
  readonly fetches: TimingStats;
  /** How long it took to check a signature, with the wait for a thread of the pool; one check of 16 is measured. */
  readonly signatureChecks: TimingStats;
  readonly tokenCache: {
    /** Tokens of this verifier that had been proved before. */
    readonly hits: number;
    /** Tokens of this verifier whose signature was checked. */
    readonly misses: number;
    /** hits / (hits + misses); 0 before the first token. */
    readonly hitRate: number;
    /** How many proven tokens the process keeps, for every verifier in it. */
    readonly entries: number;
    readonly maxEntries: number;
  };
}

/** Counts what a verifier does. */
export interface Counters {
  readonly refused: Partial<Record<AuthErrorCode, number>>;
  verified: number;
  hits: number;
  misses: number;
}

/** Counters at zero. */
export function createCounters(): Counters {
  return { refused: {}, verified: 0, hits: 0, misses: 0 };
}
