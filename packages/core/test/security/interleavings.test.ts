import fc from 'fast-check';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { createKeyPool, hostileTokens } from '../runtime/hostile-tokens.ts';
import { audience, issuer, now, signToken } from '../support/sign-token.ts';
import { generateTestKey } from '../support/test-key.ts';
import { engines } from '../support/verifiers.ts';
import { keys, Simulation, type Step, tokens } from './simulation.ts';
import { environmentSteps } from './step-arbitraries.ts';

const runs = Number(process.env['VERIFIER_INTERLEAVINGS'] ?? 200);
const seed = Number(process.env['VERIFIER_SEED'] ?? 20_290_317);
const life = 1e7;

beforeEach(() => {
  vi.spyOn(process, 'emitWarning').mockReturnValue(undefined);
  vi.spyOn(console, 'warn').mockReturnValue(undefined);
  vi.spyOn(Math, 'random').mockReturnValue(0.5);
});

/** A step of the honest client or of its environment, or a token that the attacker sends. */
type Action =
  | { readonly by: 'client' | 'environment'; readonly step: Step }
  | { readonly by: 'attacker'; readonly text: string };

const [publishedKey = generateTestKey('Ed25519')] = keys;

// The honest client uses the one key that stays published, so that the other keys do not affect it.
function isSignedWithPublishedKey(token: string): boolean {
  const [header = '', claims = '', signature] = token.split('.');
  const { kid } = JSON.parse(Buffer.from(header, 'base64url').toString() || '{}') as { kid?: unknown };
  return kid === publishedKey.kid && publishedKey.sign(`${header}.${claims}`).toString('base64url') === signature;
}

const honest = tokens.flatMap((token, index) =>
  token.includes('.') && isSignedWithPublishedKey(token) ? [index] : [],
);

const clientSteps = fc.record({
  kind: fc.constant('verify' as const),
  policy: fc.nat(5),
  token: fc.constantFrom(...honest),
  scope: fc.option(fc.constantFrom('read', 'other'), { nil: undefined, freq: 3 }),
});

// The honest client's key is in every set. No step clears the keys or outlasts their trust: without any key, every
// client waits for the same next attempt, and so the clients would affect each other.
const environment = environmentSteps
  .filter((step) => step.kind !== 'clear' && !(step.kind === 'advance' && step.seconds > 3600))
  .map((step) => (step.kind === 'publish' ? { ...step, keys: [0, ...step.keys.filter((index) => index > 1)] } : step));

const hostileTexts = fc.oneof(
  hostileTokens(createKeyPool()).map(({ token }) => token),
  fc.constantFrom(...tokens),
  fc.string().map((kid) => signToken(generateTestKey('Ed25519'), { exp: now + life }, { kid })),
);

const histories: fc.Arbitrary<Action[]> = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: clientSteps.map((step): Action => ({ by: 'client', step })) },
    { weight: 2, arbitrary: environment.map((step): Action => ({ by: 'environment', step })) },
    { weight: 5, arbitrary: hostileTexts.map((text): Action => ({ by: 'attacker', text })) },
  ),
  { minLength: 5, maxLength: 60, size: 'max' },
);

/** Sends a text to every verifier of a simulation and ignores the results. */
function attack({ verifiers }: Simulation, text: string): Promise<unknown> {
  return Promise.allSettled(verifiers.map((verifier) => verifier.verify(text)));
}

/** Runs a history with and without the attacker, compares the client's results, and returns their number. */
async function compare(
  attacked: Simulation,
  quiet: Simulation,
  history: readonly Action[],
  isAwaited: boolean,
): Promise<number> {
  const attempts: Promise<unknown>[] = [];
  let compared = 0;
  for (const action of [{ by: 'client', step: firstStep } as const, ...history]) {
    if (action.by === 'attacker') {
      const attempt = attack(attacked, action.text);
      attempts.push(attempt);
      await (isAwaited ? attempt : undefined);
      continue;
    }
    const result = await attacked.run(action.step);
    expect(result).toBe(await quiet.run(action.step));
    compared += result === undefined ? 0 : 1;
  }
  await Promise.all(attempts);
  return compared;
}

const firstStep: Step = { kind: 'verify', policy: 0, token: 0, scope: undefined };

describe.each(engines)('on the $name engine', (engine) => {
  const numRuns = Math.ceil(engine.name === 'node' ? runs : runs / 4);

  it(
    `[SECURITY-INTERLEAVING] hostile tokens change no result of another client in ${numRuns} random histories`,
    async () => {
      let compared = 0;
      const property = fc.asyncProperty(histories, fc.boolean(), async (history, isAwaited) => {
        const attacked = new Simulation(engine, { tokenCache: { maxEntries: 3 } });
        const quiet = new Simulation(engine, { tokenCache: { maxEntries: 3 } });
        try {
          compared += await compare(attacked, quiet, history, isAwaited);
        } finally {
          await Promise.all([attacked.close(), quiet.close()]);
        }
      });
      await fc.assert(property, { numRuns, seed });
      expect(compared).toBeGreaterThan(numRuns * 2);
    },
    Math.max(60_000, runs * 1000),
  );
});

describe('a new key', () => {
  it.each(engines)(
    'is used within 30 s, however many unknown key identifiers other clients send ($name)',
    async (engine) => {
      const simulation = new Simulation(engine, {});
      const [verifier] = simulation.verifiers;
      await simulation.run({ kind: 'verify', policy: 0, token: 3, scope: undefined });
      const flood = async (): Promise<void> => {
        const unknown = Array.from({ length: 20 }, () => signToken(generateTestKey('Ed25519'), { exp: now + life }));
        await Promise.allSettled(unknown.map((token) => verifier?.verify(token)));
      };
      await flood();
      await flood();
      await simulation.run({ kind: 'publish', keys: [0, 2] });
      for (let second = 0; second < 30; second += 5) {
        await simulation.run({ kind: 'advance', seconds: 5 });
        await flood();
      }
      const [, , fresh] = keys;
      if (fresh === undefined) throw new Error('There are too few keys');
      await expect(verifier?.verify(signToken(fresh, { exp: now + life }))).resolves.toMatchObject({
        issuer,
        claims: { aud: audience },
      });
      await simulation.close();
    },
  );
});
