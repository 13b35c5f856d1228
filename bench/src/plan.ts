/** The duration and number of measurements. */
export interface Plan {
  readonly name: 'full' | 'quick';
  readonly algorithms: readonly AlgorithmName[];
  /**
   * Different tokens of each algorithm. More than any cache keeps plus one batch, which may be cached in any order, so
   * that no token is found in a cache.
   */
  readonly uniqueTokens: number;
  readonly verify: Repetition;
  readonly http: Repetition;
  readonly start: { readonly rounds: number };
  readonly growth: Repetition & { readonly sizes: readonly number[] };
  readonly eventLoop: { readonly rounds: number; readonly seconds: number; readonly warmUpMs: number };
}

/** The number of rounds, and milliseconds per contestant in a round. */
export interface Repetition {
  readonly rounds: number;
  readonly ms: number;
  /** Milliseconds before the first round, not counted. */
  readonly warmUpMs: number;
}

/** The measured algorithms, by their name in a token. */
export type AlgorithmName = 'RS256' | 'PS256' | 'ES256' | 'ES384' | 'EdDSA';

const full: Plan = {
  name: 'full',
  algorithms: ['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA'],
  uniqueTokens: 6000,
  verify: { rounds: 11, ms: 150, warmUpMs: 1000 },
  http: { rounds: 5, ms: 700, warmUpMs: 1200 },
  start: { rounds: 11 },
  growth: { rounds: 9, ms: 120, warmUpMs: 500, sizes: [1, 10, 100, 1000] },
  eventLoop: { rounds: 3, seconds: 5, warmUpMs: 1500 },
};

const quick: Plan = {
  name: 'quick',
  algorithms: ['RS256'],
  uniqueTokens: 6000,
  verify: { rounds: 2, ms: 40, warmUpMs: 80 },
  http: { rounds: 1, ms: 120, warmUpMs: 100 },
  start: { rounds: 1 },
  growth: { rounds: 2, ms: 30, warmUpMs: 40, sizes: [1, 100] },
  eventLoop: { rounds: 1, seconds: 0.5, warmUpMs: 100 },
};

/** The full measurement, and one of a minute that only shows that everything works. */
export const plans: Readonly<Record<Plan['name'], Plan>> = { full, quick };
