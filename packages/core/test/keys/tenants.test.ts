import { setTimeout as delay } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  type AuthResult,
  createVerifier,
  type IssuerOptions,
  type IssuerResolver,
  type ManyIssuersOptions,
  type Verifier,
} from '../../src/index.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { FakeIssuer } from '../support/fake-issuer.ts';
import { bearerRequest } from '../support/requests.ts';
import { accepted, acceptedSynchronously, codeOf } from '../support/scenario.ts';
import { audience, signToken } from '../support/sign-token.ts';
import { generateTestKey, keySetOf } from '../support/test-key.ts';

const key = generateTestKey('Ed25519');
const clock = new FakeClock();
const nameOf = (index: number): string => `https://tenant-${index}.example`;
const allow: IssuerResolver = (issuer) => ({ issuer, audience, jwksUri: `${issuer}/keys` });

beforeEach(() => {
  vi.spyOn(process, 'emitWarning').mockReturnValue(undefined);
});

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

interface Tenants {
  readonly verifier: Verifier;
  readonly fetched: string[];
  ask(issuer: string): AuthResult | Promise<AuthResult>;
}

/** A verifier that asks about issuers, all of which have the same key set. */
function openTenants(
  issuers: IssuerResolver,
  options: Omit<ManyIssuersOptions, 'issuers'> = {},
  answer: () => Promise<Response> = () => Promise.resolve(Response.json(keySetOf(key))),
): Tenants {
  const fake = new FakeIssuer();
  fake.respondWith(answer);
  const verifier = createVerifier({
    issuers,
    clock,
    ...options,
    http: { fetch: fake.fetch, timeout: 0.2, ...options.http },
  });
  onTestFinished(() => verifier.close());
  return {
    verifier,
    fetched: fake.requests,
    ask: (issuer) => verifier.authenticate(bearerRequest(signToken(key, { iss: issuer }))),
  };
}

describe('10,000 tenants', () => {
  it('[ISSUERS-BOUND] are served in turn, with 128 of them in memory', { timeout: 60_000 }, async () => {
    const { verifier, fetched, ask } = openTenants(allow);
    for (let index = 0; index < 10_000; index += 1) accepted(await ask(nameOf(index)));
    expect(Object.keys(verifier.stats().issuers)).toHaveLength(128);
    expect(fetched).toHaveLength(10_000);
    expect(verifier.stats().tokenCache.entries).toBeLessThanOrEqual(128);
    acceptedSynchronously(ask(nameOf(9999)));
    expect(ask(nameOf(0))).toBeInstanceOf(Promise);
  });

  it('do not grow the heap beyond the need of 128', { timeout: 30_000 }, async () => {
    const { ask } = openTenants(allow, { keyCache: { maxIssuers: 16 } });
    const run = async (from: number): Promise<number> => {
      for (let index = from; index < from + 1000; index += 1) accepted(await ask(nameOf(index)));
      collectGarbage();
      return process.memoryUsage().heapUsed;
    };
    await run(0);
    const before = await run(1000);
    const after = await run(2000);
    expect(after - before).toBeLessThan(8_000_000);
  });

  it('[ISSUERS-BOUND] leave nothing behind when they are evicted', { timeout: 120_000 }, async () => {
    const jwks = keySetOf(key);
    const { ask } = openTenants((issuer) => ({ issuer, audience, jwks }), { keyCache: { maxIssuers: 4 } });
    const run = async (from: number, to: number): Promise<number> => {
      for (let index = from; index < to; index += 1) accepted(await ask(nameOf(index)));
      collectGarbage();
      return process.memoryUsage().heapUsed;
    };
    const before = await run(0, 5000);
    // Less than 50 bytes for each.
    expect((await run(5000, 20_000)) - before).toBeLessThan(750_000);
  });

  it('that arrive concurrently are all served, although most are evicted before their keys arrive', async () => {
    const { verifier, fetched, ask } = openTenants(allow, {}, async () => {
      await delay(20);
      return Response.json(keySetOf(key));
    });
    const answers = await Promise.all(Array.from({ length: 500 }, (_, index) => ask(nameOf(index))));
    expect(answers.filter(({ ok }) => !ok)).toEqual([]);
    expect(fetched).toHaveLength(500);
    expect(Object.keys(verifier.stats().issuers)).toHaveLength(128);
  });

  it('that arrive concurrently are all served, although their signatures take longer than their keys', async () => {
    const slow = generateTestKey('ES512');
    const fetch = (): Promise<Response> => Promise.resolve(Response.json(keySetOf(slow)));
    const verifier = createVerifier({ issuers: allow, clock, http: { fetch } });
    onTestFinished(() => verifier.close());
    const answers = await Promise.all(
      Array.from({ length: 300 }, (_, index) =>
        verifier.authenticate(bearerRequest(signToken(slow, { iss: nameOf(index) }))),
      ),
    );
    expect(answers.filter(({ ok }) => !ok)).toEqual([]);
  });

  it('do not make a request slower than one does', async () => {
    const { ask } = openTenants(allow, { keyCache: { maxIssuers: 10_000 } });
    const measure = (issuer: string): number => {
      const startedAt = performance.now();
      for (let count = 0; count < 500; count += 1) acceptedSynchronously(ask(issuer));
      return performance.now() - startedAt;
    };
    accepted(await ask(nameOf(0)));
    measure(nameOf(0));
    const alone = Math.min(measure(nameOf(0)), measure(nameOf(0)));
    for (let index = 1; index < 1000; index += 1) accepted(await ask(nameOf(index)));
    const among = Math.min(measure(nameOf(0)), measure(nameOf(0)), measure(nameOf(0)));
    expect(among).toBeLessThan(alone * 5 + 10);
  });
});

describe('a resolver', () => {
  it('[ISSUERS-RESOLVER] is called once for concurrent requests, and again after ten minutes, in the background', async () => {
    let asked = 0;
    const { ask } = openTenants(async (issuer) => {
      asked += 1;
      await delay(5);
      return allow(issuer);
    });
    const answers = await Promise.all(Array.from({ length: 100 }, () => ask(nameOf(1))));
    expect(answers.every(({ ok }) => ok)).toBe(true);
    expect(asked).toBe(1);
    clock.advance(601);
    accepted(await ask(nameOf(1)));
    expect(asked).toBe(2);
  });

  it('[ISSUERS-RESOLVER-REFUSAL] that refuses is called again after 30 seconds, and nothing is fetched', async () => {
    let asked = 0;
    const { ask, fetched } = openTenants(() => {
      asked += 1;
      return undefined;
    });
    for (let count = 0; count < 10; count += 1) expect(await codeOf(ask(nameOf(1)))).toBe('ERR_ISSUER_UNKNOWN');
    expect(asked).toBe(1);
    clock.advance(30);
    await ask(nameOf(1));
    expect({ asked, fetched: fetched.length }).toEqual({ asked: 2, fetched: 0 });
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('database');
      },
    ],
    ['rejects', () => Promise.reject(new Error('database'))],
    ['hangs', () => new Promise<undefined>(() => undefined)],
    ['answers for another issuer', () => ({ issuer: nameOf(2), audience })],
    ['answers with options that cannot work', () => ({ issuer: nameOf(1) }) as IssuerOptions],
    ['answers with something else', () => 'yes' as unknown as IssuerOptions],
    ['answers with an unknown option', () => ({ issuer: nameOf(1), audience, ttl: 0 }) as IssuerOptions],
  ] satisfies [string, IssuerResolver][])(
    '[ISSUERS-RESOLVER-FAULT] that %s is 503, and nothing is fetched',
    async (_name, resolver) => {
      const { ask, fetched, verifier } = openTenants(resolver);
      const answer = await ask(nameOf(1));
      if (answer.ok) throw new Error('The request was accepted');
      expect(answer.error.code).toBe('ERR_ISSUER_LOOKUP_FAILED');
      expect(verifier.challenge(answer.error).status).toBe(503);
      expect(fetched).toEqual([]);
    },
  );

  it('[ISSUERS-RESOLVER-OUTAGE] that fails later keeps its last decision', async () => {
    let isDown = false;
    const { ask } = openTenants((issuer) => {
      if (isDown) throw new Error('database');
      return allow(issuer);
    });
    accepted(await ask(nameOf(1)));
    isDown = true;
    clock.advance(601);
    accepted(await ask(nameOf(1)));
    acceptedSynchronously(ask(nameOf(1)));
  });

  it('that changes its decision takes effect with its next answer', async () => {
    let isAllowed = true;
    const { ask } = openTenants((issuer) => (isAllowed ? allow(issuer) : undefined));
    accepted(await ask(nameOf(1)));
    isAllowed = false;
    clock.advance(601);
    await ask(nameOf(1));
    await delay(1);
    expect(await codeOf(ask(nameOf(1)))).toBe('ERR_ISSUER_UNKNOWN');
  });

  it('whose answer was requested before clear() is called again', async () => {
    let answers: ((options: IssuerOptions | undefined) => void)[] = [];
    const { ask, verifier } = openTenants(() => new Promise((resolve) => answers.push(resolve)));
    const first = ask(nameOf(1));
    verifier.clear();
    answers.shift()?.({ issuer: nameOf(1), audience });
    await delay(1);
    answers.shift()?.(undefined);
    expect(await codeOf(first)).toBe('ERR_ISSUER_UNKNOWN');
    answers = [];
  });

  it('that answers after close() acquires nothing', async () => {
    let answer: ((options: IssuerOptions) => void) | undefined;
    const { ask, verifier, fetched } = openTenants(
      () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
    );
    const first = ask(nameOf(1));
    await verifier.close();
    answer?.({ issuer: nameOf(1), audience });
    expect(await codeOf(first)).toBe('ERR_CLOSED');
    expect(fetched).toEqual([]);
  });

  it('that is called again does not lose the events of the issuer', async () => {
    const types: string[] = [];
    const { ask } = openTenants(allow, { onEvent: ({ type }) => types.push(type) });
    accepted(await ask(nameOf(1)));
    clock.advance(601);
    accepted(await ask(nameOf(1)));
    await delay(5);
    types.length = 0;
    clock.advance(530);
    accepted(await ask(nameOf(1)));
    await delay(5);
    expect(types).toContain('refreshed');
  });
});

describe('keys of two issuers', () => {
  it('[ISSUERS-OWN-KEYS] never verify tokens of the other issuer, even with the same kid', async () => {
    const other = generateTestKey('Ed25519', key.kid);
    const fake = new FakeIssuer();
    fake.serve('https://a.example/keys', keySetOf(key));
    fake.serve('https://b.example/keys', keySetOf(other));
    const issuers = ['https://a.example', 'https://b.example'].map((issuer) => ({
      issuer,
      audience,
      jwksUri: `${issuer}/keys`,
    }));
    const verifier = createVerifier({ issuers, clock, http: { fetch: fake.fetch } });
    onTestFinished(() => verifier.close());
    const ask = (by: typeof key, iss: string) => verifier.authenticate(bearerRequest(signToken(by, { iss })));
    accepted(await ask(key, 'https://a.example'));
    expect(await codeOf(ask(key, 'https://b.example'))).toBe('ERR_SIGNATURE_INVALID');
    accepted(await ask(other, 'https://b.example'));
    expect(await codeOf(ask(other, 'https://a.example'))).toBe('ERR_SIGNATURE_INVALID');
  });
});
