import fc from 'fast-check';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { engines } from '../fixtures/verifiers.ts';
import { histories } from './steps.ts';
import { openWorld, type Step, type World } from './world.ts';

const sequences = Number(process.env['VERIFIER_SEQUENCES'] ?? 300);
const seed = Number(process.env['VERIFIER_SEED'] ?? 20_290_317);

beforeEach(() => {
  vi.spyOn(process, 'emitWarning').mockReturnValue(undefined);
  vi.spyOn(console, 'warn').mockReturnValue(undefined);
  // Both worlds refresh at the same moments.
  vi.spyOn(Math, 'random').mockReturnValue(0.5);
});

const tally = { let_in: 0, refused: 0, unavailable: 0, hits: 0 };

function count(answer: string | undefined): void {
  if (answer === undefined) return;
  if (answer.startsWith('{')) tally.let_in += 1;
  else if (/KEY_SET|DISCOVERY/.test(answer)) tally.unavailable += 1;
  else tally.refused += 1;
}

// Three results are so few that most are dropped again before they are asked for. They come first: the process keeps as
// many as any verifier in it asked for.
const memories = [3, 1000].flatMap((maxEntries) =>
  engines.map((engine) => ({ maxEntries, engine, name: engine.name })),
);

describe.each(memories)('with room for $maxEntries on the $name engine', ({ maxEntries, engine }) => {
  // The one on the web waits for each hash and each signature.
  const numRuns = Math.ceil(engine.name === 'node' ? sequences / 2 : sequences / 6);

  it(
    `no sequence of ${numRuns} tells a verifier that remembers tokens from one that does not`,
    async () => {
      const property = fc.asyncProperty(histories, async (steps: readonly Step[]) => {
        const remembering = openWorld(engine, { tokenCache: { maxEntries } });
        const forgetful = openWorld(engine, { tokenCache: false });
        try {
          for (const step of steps) {
            const [here, there] = [await remembering.take(step), await forgetful.take(step)];
            expect(here).toBe(there);
            count(here);
          }
          const [here, there] = [remembering, forgetful].map(outcomesOf);
          expect(here).toEqual(there);
          tally.hits += hitsOf(remembering);
        } finally {
          await Promise.all([remembering.close(), forgetful.close()]);
        }
      });
      await fc.assert(property, { numRuns, seed });
      // Otherwise the comparison would prove nothing.
      expect(Math.min(...Object.values(tally))).toBeGreaterThan(20);
    },
    Math.max(60_000, sequences * 500),
  );
});

function outcomesOf({ verifiers }: World): unknown[] {
  return verifiers.map((verifier) => [verifier.stats().verified, verifier.stats().refused]);
}

function hitsOf({ verifiers }: World): number {
  return verifiers.reduce((sum, verifier) => sum + verifier.stats().tokenCache.hits, 0);
}
