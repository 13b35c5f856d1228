import type { Target } from '../tokens/token-file.ts';

/** Something that verifies tokens, in the ways that it can. */
export interface Contestant {
  /** Throws where the token is refused. */
  verifySync?(token: string): unknown;
  /** Rejects where the token is refused. */
  verify?(token: string): Promise<unknown>;
  /**
   * A way of its own to verify many tokens, 64 at a time; {@link Contestant.verify} called 64 times at a time otherwise.
   * Answers how many it verified by the end.
   */
  verifyMany?(next: () => string, until: () => boolean): Promise<number>;
  /** A way of its own to verify tokens that it has seen before. */
  verifyRepeated?(token: string): unknown;
  /** How many tokens it found in its cache, where it tells. */
  cacheHits?(): number;
}

/** What each file of a contestant exports: makes it ready, with the keys of the issuer at hand or fetched on first use. */
export type Open = (target: Target) => Contestant | Promise<Contestant>;

/** How many tokens are verified at a time, where it is many. */
export const concurrency = 64;
