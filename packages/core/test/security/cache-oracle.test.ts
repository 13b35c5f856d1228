import fc from 'fast-check';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { engines } from '../support/verifiers.ts';
import { Simulation, type Step } from './simulation.ts';
import { histories } from './step-arbitraries.ts';

const sequences = Number(process.env['VERIFIER_SEQUENCES'] ?? 300);
const seed = Number(process.env['VERIFIER_SEED'] ?? 20_290_317);

beforeEach(() => {
  vi.spyOn(process, 'emitWarning').mockReturnValue(undefined);
  vi.spyOn(console, 'warn').mockReturnValue(undefined);
  // Both simulations refresh at the same times.
  vi.spyOn(Math, 'random').mockReturnValue(0.5);
});

const tally = { accepted: 0, refused: 0, unavailable: 0, hits: 0 };

function count(answer: string | undefined): void {
  if (answer === undefined) return;
  if (answer.startsWith('{')) tally.accepted += 1;
  else if (/KEY_SET|DISCOVERY/.test(answer)) tally.unavailable += 1;
  else tally.refused += 1;
}

// A cache of three evicts most results before they are used. It comes first, because the shared cache of the process is
// as large as the largest `maxEntries` of its verifiers.
const caches = [3, 1000].flatMap((maxEntries) => engines.map((engine) => ({ maxEntries, engine, name: engine.name })));

describe.each(caches)(
  '[CACHE-INVISIBLE] a token cache of $maxEntries on the $name engine',
  ({ maxEntries, engine }) => {
    // The portable engine awaits each hash and each signature, and so is slower.
    const numRuns = Math.ceil(engine.name === 'node' ? sequences / 2 : sequences / 6);

    it(
      `changes no result in ${numRuns} random histories`,
      async () => {
        const property = fc.asyncProperty(histories, async (steps: readonly Step[]) => {
          const cached = new Simulation(engine, { tokenCache: { maxEntries } });
          const uncached = new Simulation(engine, { tokenCache: false });
          try {
            for (const step of steps) {
              const result = await cached.run(step);
              expect(result).toBe(await uncached.run(step));
              count(result);
            }
            expect(outcomesOf(cached)).toEqual(outcomesOf(uncached));
            tally.hits += hitsOf(cached);
          } finally {
            await Promise.all([cached.close(), uncached.close()]);
          }
        });
        await fc.assert(property, { numRuns, seed });
        // The comparison shows nothing unless every kind of result occurred.
        expect(Math.min(...Object.values(tally))).toBeGreaterThan(20);
      },
      Math.max(60_000, sequences * 500),
    );
  },
);

function outcomesOf({ verifiers }: Simulation): unknown[] {
  return verifiers.map((verifier) => [verifier.stats().verified, verifier.stats().refused]);
}

function hitsOf({ verifiers }: Simulation): number {
  return verifiers.reduce((sum, verifier) => sum + verifier.stats().tokenCache.hits, 0);
}
