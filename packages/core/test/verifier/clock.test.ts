import { describe, expect, it, onTestFinished } from 'vitest';
import { createVerifier, isConfigurationError, type Verifier } from '../../src/index.ts';
import { configurationErrorIn } from '../support/expected-errors.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { FakeIssuer } from '../support/fake-issuer.ts';
import { clientId, idToken, keyFor, nonce } from '../support/id-tokens.ts';
import { bearerRequest } from '../support/requests.ts';
import { now, signToken } from '../support/sign-token.ts';
import { generateTestKey } from '../support/test-key.ts';
import { engines, optionsFor, verifierOn } from '../support/verifiers.ts';

const key = generateTestKey('ES256');

/** A clock of the application that a test breaks. */
class BreakableClock extends FakeClock {
  readonly broken: { now?: () => number; monotonic?: () => number } = {};
  override readonly now = (): number => this.broken.now?.() ?? now;
  override readonly monotonic = (): number => this.broken.monotonic?.() ?? 1000;
}

const readings: Readonly<Record<string, () => number>> = {
  'not a number': () => Number.NaN,
  infinite: () => Number.POSITIVE_INFINITY,
  'infinitely long ago': () => Number.NEGATIVE_INFINITY,
  'a string': () => '0' as unknown as number,
  'a date': () => new Date(0) as unknown as number,
  'a BigInt': () => 0n as unknown as number,
  'an object with a value': () => ({ valueOf: () => 0 }) as unknown as number,
  'an error': () => {
    throw new Error('no time');
  },
};

const broken = Object.entries(readings).flatMap(([name, read]) =>
  (['now', 'monotonic'] as const).map((of) => ({ name, of, read })),
);

async function errorOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => 'accepted',
    (error: unknown) => error,
  );
}

function expectClockError(error: unknown, of: string): void {
  expect(isConfigurationError(error)).toBe(true);
  expect(String(error)).toContain(`clock.${of}()`);
}

describe.each(engines)('[CLOCK-FINITE] a clock of the application, on the $name engine', (engine) => {
  const old = { exp: now - 600, iat: now - 1200 };

  it.each(broken)('accepts no token if $of() returns $name, until it works again', async ({ of, read }) => {
    const clock = new BreakableClock();
    const fake = new FakeIssuer([key]);
    const verifier = verifierOn(engine, { ...fake.options, clock, tokenCache: {} });
    onTestFinished(() => verifier.close());
    const [seen, unseen, expired] = [{ jti: 'seen' }, { jti: 'unseen' }, { jti: 'expired', ...old }].map((claims) =>
      signToken(key, { iss: fake.issuer, ...claims }),
    ) as [string, string, string];
    await verifier.verify(seen);

    clock.broken[of] = read;
    for (const token of [seen, unseen, expired]) {
      expectClockError(await errorOf(verifier.verify(token)), of);
      expectClockError(await errorOf(Promise.resolve(verifier.authenticate(bearerRequest(token)))), of);
      const [settled] = await verifier.verifyAll([token]);
      expectClockError(settled?.status === 'rejected' ? settled.reason : settled, of);
    }
    if (engine.name === 'node')
      expectClockError(
        configurationErrorIn(() => verifier.verifySync(seen)),
        of,
      );

    delete clock.broken[of];
    await expect(verifier.verify(seen)).resolves.toHaveProperty('subject', 'subject');
    expect(await errorOf(verifier.verify(expired))).toMatchObject({ code: 'ERR_TOKEN_EXPIRED' });
  });

  it.each(Object.entries(readings))('accepts no ID token if now() returns: %s', async (_name, read) => {
    const clock = new BreakableClock();
    const by = keyFor('ES256');
    const verifier = verifierOn(engine, optionsFor(by, { clock }));
    const token = idToken({ ...old, auth_time: 1 }, {}, by);
    clock.broken.now = read;
    expectClockError(await errorOf(verifier.verifyIdToken(token, { clientId, nonce, maxAge: 60 })), 'now');
  });
});

describe('[CLOCK-FINITE] a clock that failed once', () => {
  it('accepts tokens again, also if only configured keys are used', () => {
    const clock = new BreakableClock();
    const verifier = createVerifier(optionsFor(key, { clock, tokenCache: {} }));
    const token = signToken(key);
    // The first signature is measured, which reads the clock.
    clock.broken.monotonic = () => Number.NaN;
    expectClockError(
      configurationErrorIn(() => verifier.verifySync(token)),
      'monotonic',
    );
    delete clock.broken.monotonic;
    for (let count = 0; count < 20; count += 1) expect(verifier.verifySync(token).subject).toBe('subject');
  });
});

describe('[CLOCK-FINITE] a clock that fails in the background', () => {
  it.each(Object.entries(readings))('never causes an unhandled rejection or error: %s', async (_name, read) => {
    const failures: unknown[] = [];
    const note = (error: unknown): void => void failures.push(error);
    process.on('unhandledRejection', note).on('uncaughtException', note);
    onTestFinished(() => void process.off('unhandledRejection', note).off('uncaughtException', note));
    let reads = 0;
    // Every second reading fails, so that each place that reads the clock is reached.
    const flaky = (good: number) => (): number => {
      reads += 1;
      return reads > 2 && reads % 2 === 0 ? read() : good;
    };
    const fake = new FakeIssuer([key]);
    const verifier: Verifier = createVerifier({
      ...fake.options,
      clock: { now: flaky(now), monotonic: flaky(1000) },
      keyCache: { ttl: 10 },
    });
    onTestFinished(() => verifier.close());
    for (let index = 0; index < 20; index += 1) {
      await errorOf(verifier.verify(signToken(key, { iss: fake.issuer, jti: `${index}` })));
      verifier.ready();
      verifier.stats();
    }
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(failures).toEqual([]);
  });
});

describe('verifiers with the same clock', () => {
  it('[OPTIONS-SHARING] share their issuers', async () => {
    const fake = new FakeIssuer([key]);
    const clock = new FakeClock();
    const verifiers = [1, 2].map(() => createVerifier({ ...fake.options, clock }));
    onTestFinished(async () => void (await Promise.all(verifiers.map((verifier) => verifier.close()))));
    for (const verifier of verifiers) await verifier.verify(signToken(key, { iss: fake.issuer }));
    expect(fake.requests).toHaveLength(2);
  });
});
