import fc from 'fast-check';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { audience, issuer, mint, now } from '../fixtures/mint.ts';
import { createTestKey } from '../fixtures/test-key.ts';
import { engines } from '../fixtures/verifiers.ts';
import { createKeyPool, hostileTokens } from '../runtime/hostile-tokens.ts';
import { events } from './steps.ts';
import { keys, openWorld, type Step, tokens, type World } from './world.ts';

const runs = Number(process.env['VERIFIER_INTERLEAVINGS'] ?? 200);
const seed = Number(process.env['VERIFIER_SEED'] ?? 20_290_317);
const life = 1e7;

beforeEach(() => {
  vi.spyOn(process, 'emitWarning').mockReturnValue(undefined);
  vi.spyOn(console, 'warn').mockReturnValue(undefined);
  vi.spyOn(Math, 'random').mockReturnValue(0.5);
});

/** One client goes about its business; another one sends whatever it likes. */
type Moment =
  | { readonly who: 'client' | 'nature'; readonly step: Step }
  | { readonly who: 'attacker'; readonly text: string };

const [own = createTestKey('Ed25519')] = keys;

// Signed with the key that stays published: what is published besides does not matter to these.
function isOwn(token: string): boolean {
  const [header = '', claims = '', signature] = token.split('.');
  const { kid } = JSON.parse(Buffer.from(header, 'base64url').toString() || '{}') as { kid?: unknown };
  return kid === own.kid && own.sign(`${header}.${claims}`).toString('base64url') === signature;
}

const honest = tokens.flatMap((token, index) => (token.includes('.') && isOwn(token) ? [index] : []));

const business = fc.record({
  kind: fc.constant('ask' as const),
  policy: fc.nat(5),
  token: fc.constantFrom(...honest),
  scope: fc.option(fc.constantFrom('read', 'other'), { nil: undefined, freq: 3 }),
});

// The key of the honest client is in every set; the others come and go. Nobody makes the verifier forget its keys, nor
// does the issuer stay away for longer than they are trusted: without any key, all wait for the same next attempt.
const nature = events
  .filter((step) => step.kind !== 'forget' && !(step.kind === 'pass' && step.seconds > 3600))
  .map((step) => (step.kind === 'publish' ? { ...step, keys: [0, ...step.keys.filter((index) => index > 1)] } : step));

const guesses = fc.oneof(
  hostileTokens(createKeyPool()).map(({ token }) => token),
  fc.constantFrom(...tokens),
  fc.string().map((kid) => mint(createTestKey('Ed25519'), { exp: now + life }, { kid })),
);

const moments: fc.Arbitrary<Moment[]> = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: business.map((step): Moment => ({ who: 'client', step })) },
    { weight: 2, arbitrary: nature.map((step): Moment => ({ who: 'nature', step })) },
    { weight: 5, arbitrary: guesses.map((text): Moment => ({ who: 'attacker', text })) },
  ),
  { minLength: 5, maxLength: 60, size: 'max' },
);

/** Sends a text to every verifier of a world; how that ends is the attacker's own affair. */
function attack({ verifiers }: World, text: string): Promise<unknown> {
  return Promise.allSettled(verifiers.map((verifier) => verifier.verify(text)));
}

/** Lets the same history happen in two worlds, one of which has an attacker; returns how often the client asked. */
async function compare(crowded: World, quiet: World, history: readonly Moment[], isAwaited: boolean): Promise<number> {
  const attempts: Promise<unknown>[] = [];
  let asked = 0;
  for (const moment of [{ who: 'client', step: warm } as const, ...history]) {
    if (moment.who === 'attacker') {
      const attempt = attack(crowded, moment.text);
      attempts.push(attempt);
      await (isAwaited ? attempt : undefined);
      continue;
    }
    const [here, there] = [await crowded.take(moment.step), await quiet.take(moment.step)];
    expect(here).toBe(there);
    asked += here === undefined ? 0 : 1;
  }
  await Promise.all(attempts);
  return asked;
}

const warm: Step = { kind: 'ask', policy: 0, token: 0, scope: undefined };

describe.each(engines)('on the $name engine', (engine) => {
  const numRuns = Math.ceil(engine.name === 'node' ? runs : runs / 4);

  it(
    `in none of ${numRuns} histories does a client get another answer because of what another one sent`,
    async () => {
      let asked = 0;
      const property = fc.asyncProperty(moments, fc.boolean(), async (history, isAwaited) => {
        const crowded = openWorld(engine, { tokenCache: { maxEntries: 3 } });
        const quiet = openWorld(engine, { tokenCache: { maxEntries: 3 } });
        try {
          asked += await compare(crowded, quiet, history, isAwaited);
        } finally {
          await Promise.all([crowded.close(), quiet.close()]);
        }
      });
      await fc.assert(property, { numRuns, seed });
      expect(asked).toBeGreaterThan(numRuns * 2);
    },
    Math.max(60_000, runs * 1000),
  );
});

describe('a key that is new', () => {
  it.each(engines)('is accepted within 30 s, however many unknown keys others name ($name)', async (engine) => {
    const world = openWorld(engine, {});
    const [verifier] = world.verifiers;
    await world.take({ kind: 'ask', policy: 0, token: 3, scope: undefined });
    const flood = async (): Promise<void> => {
      const strange = Array.from({ length: 20 }, () => mint(createTestKey('Ed25519'), { exp: now + life }));
      await Promise.allSettled(strange.map((token) => verifier?.verify(token)));
    };
    await flood();
    await flood();
    await world.take({ kind: 'publish', keys: [0, 2] });
    for (let second = 0; second < 30; second += 5) {
      await world.take({ kind: 'pass', seconds: 5 });
      await flood();
    }
    const [, , fresh] = keys;
    if (fresh === undefined) throw new Error('There are too few keys');
    await expect(verifier?.verify(mint(fresh, { exp: now + life }))).resolves.toMatchObject({
      issuer,
      claims: { aud: audience },
    });
    await world.close();
  });
});
