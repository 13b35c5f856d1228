import type { Mode } from '../peers/catalog.ts';
import { type Contestant, concurrency } from '../peers/contestant.ts';
import type { TokenRing } from '../tokens/token-ring.ts';

/** The number of verified tokens and their cost. */
export interface Sample {
  readonly count: number;
  readonly seconds: number;
  /** CPU time of all threads. */
  readonly cpuSeconds: number;
}

// The number of tokens between two readings of the clock.
const stride = 8;

/** Verifies tokens for a time, in one of the modes of a contestant. */
export async function runFor(contestant: Contestant, mode: Mode, ring: TokenRing, ms: number): Promise<Sample> {
  const loop = loopOf(contestant, mode);
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  const deadline = startedAt + ms;
  const count = await loop(ring, () => performance.now() >= deadline);
  const seconds = (performance.now() - startedAt) / 1000;
  const { user, system } = process.cpuUsage(cpuBefore);
  return { count, seconds, cpuSeconds: (user + system) / 1e6 };
}

type Loop = (ring: TokenRing, until: () => boolean) => number | Promise<number>;

function loopOf(contestant: Contestant, mode: Mode): Loop {
  const { verify, verifySync, verifyMany, verifyRepeated } = contestant;
  if (mode === 'many' && verifyMany !== undefined) return (ring, until) => verifyMany(() => ring.next(), until);
  if (mode === 'many' && verify !== undefined) return (ring, until) => inFlight(verify, ring, until);
  if (mode === 'repeated' && verifyRepeated !== undefined) return (ring, until) => inTurn(verifyRepeated, ring, until);
  if (verifySync !== undefined) return (ring, until) => inTurn(verifySync, ring, until);
  if (verify !== undefined) return (ring, until) => awaited(verify, ring, until, stride);
  throw new Error(`The contestant has no mode ${mode}`);
}

function inTurn(verify: (token: string) => unknown, ring: TokenRing, until: () => boolean): number {
  let count = 0;
  do {
    for (let index = 0; index < stride; index += 1) verify(ring.next());
    count += stride;
  } while (!until());
  return count;
}

async function awaited(
  verify: (token: string) => Promise<unknown>,
  ring: TokenRing,
  until: () => boolean,
  atOnce: number,
): Promise<number> {
  let count = 0;
  do {
    for (let index = 0; index < atOnce; index += 1) await verify(ring.next());
    count += atOnce;
  } while (!until());
  return count;
}

async function inFlight(
  verify: (token: string) => Promise<unknown>,
  ring: TokenRing,
  until: () => boolean,
): Promise<number> {
  const counts = await Promise.all(Array.from({ length: concurrency }, () => awaited(verify, ring, until, 1)));
  return counts.reduce((sum, count) => sum + count, 0);
}
