import type { Target } from '../tokens/token-file.ts';

/** A verifier of tokens, with the modes that it supports. */
export interface Contestant {
  /** Throws if the token is refused. */
  verifySync?(token: string): unknown;
  /** Rejects if the token is refused. */
  verify?(token: string): Promise<unknown>;
  /**
   * The contestant's own function for 64 tokens at a time. If absent, 64 calls of {@link Contestant.verify} are in
   * flight. Resolves to the number of verified tokens.
   */
  verifyMany?(next: () => string, until: () => boolean): Promise<number>;
  /** The contestant's own function for tokens that it has seen before. */
  verifyRepeated?(token: string): unknown;
  /** Returns the number of cache hits, if the contestant counts them. */
  cacheHits?(): number;
}

/** Exported by each contestant's file: prepares it, with the issuer's keys loaded or fetched on first use. */
export type Open = (target: Target) => Contestant | Promise<Contestant>;

/** The number of tokens in flight in the mode `many`. */
export const concurrency = 64;
