import { describe, expect, it } from 'vitest';
import { createVerifier, isAuthError, isConfigurationError } from '../../src/index.ts';
import { signToken } from '../support/sign-token.ts';
import { generateTestKey } from '../support/test-key.ts';
import { engines, optionsFor, verifierFor, verifierOn } from '../support/verifiers.ts';

const key = generateTestKey('ES256');
const tokens = Array.from({ length: 200 }, (_, index) => signToken(key, { sub: `${index}` }));

describe.each(engines)('verifyAll(), on the $name engine', (engine) => {
  const verifier = verifierOn(engine, optionsFor(key));

  it('returns results in the order of the tokens', async () => {
    const results = await verifier.verifyAll(tokens);
    const subjects = results.map((result) => (result.status === 'fulfilled' ? result.value.subject : undefined));
    expect(subjects).toEqual(tokens.map((_, index) => `${index}`));
  });

  it('settles each token on its own', async () => {
    const mixed = ['x', tokens[0] ?? '', signToken(key, { exp: 1 }), 5 as unknown as string, tokens[1] ?? ''];
    const results = await verifier.verifyAll(mixed);
    const statuses = ['rejected', 'fulfilled', 'rejected', 'rejected', 'fulfilled'];
    expect(results.map(({ status }) => status)).toEqual(statuses);
    const codes = results.flatMap((result) =>
      result.status === 'rejected' ? [(result.reason as { code: string }).code] : [],
    );
    expect(codes).toEqual(['ERR_TOKEN_MALFORMED', 'ERR_TOKEN_EXPIRED', 'ERR_TOKEN_MALFORMED']);
    expect(results.every((result) => result.status === 'fulfilled' || isAuthError(result.reason))).toBe(true);
  });

  it('takes any iterable, also an empty one', async () => {
    expect(await verifier.verifyAll([])).toEqual([]);
    expect(await verifier.verifyAll(new Set(tokens.slice(0, 3)))).toHaveLength(3);
    expect(await verifier.verifyAll(tokens.values())).toHaveLength(200);
  });
});

describe('the concurrency of verifyAll()', () => {
  // Each call waits until the expected number is in flight: with fewer, the test would time out.
  async function mostAtOnce(expected: number, concurrency?: number): Promise<number> {
    const counts = { now: 0, most: 0 };
    const complete = Promise.withResolvers<void>();
    const validate = async (): Promise<void> => {
      counts.now += 1;
      counts.most = Math.max(counts.most, counts.now);
      if (counts.now === expected) complete.resolve();
      await complete.promise;
      counts.now -= 1;
    };
    const verifier = verifierFor(key, { validate });
    const results = await verifier.verifyAll(tokens, concurrency === undefined ? undefined : { concurrency });
    expect(results.every(({ status }) => status === 'fulfilled')).toBe(true);
    return counts.most;
  }

  it('is 64 by default', async () => {
    expect(await mostAtOnce(64)).toBe(64);
  });

  it.each([1, 7, 200, 100_000, Number.MAX_SAFE_INTEGER])('is the given number: %d', async (concurrency) => {
    const expected = Math.min(concurrency, tokens.length);
    expect(await mostAtOnce(expected, concurrency)).toBe(expected);
  });

  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '8', null].map((concurrency) => ({ concurrency })))(
    'must be a whole number of at least 1: not $concurrency',
    async ({ concurrency }) => {
      const work = verifierFor(key).verifyAll(tokens, { concurrency: concurrency as number });
      const [outcome] = await Promise.allSettled([work]);
      expect(outcome.status === 'rejected' && isConfigurationError(outcome.reason)).toBe(true);
    },
  );

  it('does not delay other tokens because of a slow one', async () => {
    const slow = Promise.withResolvers<void>();
    const seen: string[] = [];
    const verifier = createVerifier({
      ...optionsFor(key),
      validate: async ({ subject = '' }) => {
        if (subject === '0') await slow.promise;
        seen.push(subject);
        if (seen.length === 19) slow.resolve();
      },
    });
    await verifier.verifyAll(tokens.slice(0, 20), { concurrency: 2 });
    expect(seen.at(-1)).toBe('0');
  });
});
