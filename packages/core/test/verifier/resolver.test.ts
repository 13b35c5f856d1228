import { beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest';
import { createVerifier, type IssuerOptions, type IssuerResolver, type Verifier } from '../../src/index.ts';
import { authErrorFrom, authErrorOf } from '../support/expected-errors.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { FakeIssuer } from '../support/fake-issuer.ts';
import { bearerRequest } from '../support/requests.ts';
import { audience, now, signToken } from '../support/sign-token.ts';
import { generateTestKey, keySetOf } from '../support/test-key.ts';

const key = generateTestKey('Ed25519');
const jwks = keySetOf(key);
const tenant = 'https://tenant.example';

function optionsOf(issuer: string): IssuerOptions {
  return { issuer, audience, jwks };
}

const allow = (issuer: string): IssuerOptions | undefined => (issuer === tenant ? optionsOf(issuer) : undefined);

let warn: MockInstance<typeof process.emitWarning>;

beforeEach(() => {
  warn = vi.spyOn(process, 'emitWarning').mockReturnValue(undefined);
});

function codesOf({ mock }: MockInstance<typeof process.emitWarning>): unknown[] {
  return mock.calls.map(([, details]) => (details as { code?: unknown } | undefined)?.code);
}

// Longer than a decision and an import of a key take without the network.
async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

function verifierWith(issuers: IssuerResolver, clock: FakeClock = new FakeClock(), more: object = {}): Verifier {
  return createVerifier({ issuers, clock, ...more });
}

function tokenOf(iss: unknown): string {
  return signToken(key, { iss });
}

describe('a resolver', () => {
  it.each([
    ['synchronously', allow],
    ['asynchronously', async (issuer: string) => allow(issuer)],
  ])('decides which issuers are trusted: %s', async (_name, resolver) => {
    const verifier = verifierWith(resolver);
    await expect(verifier.verify(tokenOf(tenant))).resolves.toMatchObject({ issuer: tenant });
    expect((await authErrorFrom(verifier.verify(tokenOf('https://evil.example')))).code).toBe('ERR_ISSUER_UNKNOWN');
    expect(verifier.verifySync(tokenOf(tenant)).issuer).toBe(tenant);
    await verifier.close();
  });

  it('[STATS-CONFIGURED] accepts issuers that stats() does not call configured, unlike those of the options', async () => {
    const resolved = verifierWith(allow);
    const configured = createVerifier({ issuers: [optionsOf(tenant)], clock: new FakeClock() });
    await Promise.all([resolved, configured].map((verifier) => verifier.verify(tokenOf(tenant))));
    expect(resolved.stats().issuers).toHaveProperty([tenant, 'configured'], false);
    expect(configured.stats().issuers).toHaveProperty([tenant, 'configured'], true);
    await Promise.all([resolved.close(), configured.close()]);
  });

  it('is called once for an issuer, however many tokens wait for the result', async () => {
    const resolver = vi.fn(async (issuer: string) => allow(issuer));
    const verifier = verifierWith(resolver);
    await Promise.all(Array.from({ length: 50 }, () => verifier.verify(tokenOf(tenant))));
    await verifier.verify(tokenOf(tenant));
    expect(resolver.mock.calls).toEqual([[tenant]]);
    await verifier.close();
  });

  it('is called again for a refused issuer after 60 s, and not before', async () => {
    const clock = new FakeClock();
    const resolver = vi.fn((): IssuerOptions | undefined => undefined);
    const verifier = verifierWith(resolver, clock);
    for (let round = 0; round < 10; round += 1) await authErrorFrom(verifier.verify(tokenOf(tenant)));
    expect(resolver).toHaveBeenCalledTimes(1);
    clock.advance(60);
    resolver.mockReturnValue(optionsOf(tenant));
    await expect(verifier.verify(tokenOf(tenant))).resolves.toMatchObject({ issuer: tenant });
    await verifier.close();
  });

  it('is called again for an accepted issuer in the background, and can refuse it', async () => {
    const clock = new FakeClock();
    const resolver = vi.fn(allow);
    const verifier = verifierWith(resolver, clock);
    await verifier.verify(tokenOf(tenant));
    clock.advance(601);
    resolver.mockReturnValue(undefined);
    expect(verifier.verifySync(tokenOf(tenant)).issuer).toBe(tenant);
    await vi.waitFor(() =>
      expect(authErrorOf(() => verifier.verifySync(tokenOf(tenant))).code).toBe('ERR_ISSUER_UNKNOWN'),
    );
    await verifier.close();
  });

  it('is called only with an issuer that is a string', async () => {
    const resolver = vi.fn(allow);
    const verifier = verifierWith(resolver);
    for (const iss of [undefined, null, 1, [tenant], {}]) {
      expect((await authErrorFrom(verifier.verify(tokenOf(iss)))).code).toBe('ERR_ISSUER_UNKNOWN');
    }
    await authErrorFrom(verifier.verify('x'));
    expect(resolver).not.toHaveBeenCalled();
    await verifier.close();
  });

  it.each([
    'https://issuer.example/realms/../uploads/x',
    'https://issuer.example/realms/%2e%2e/uploads/x',
    'https://issuer.example/realms/.%2E/uploads/x',
    'https://issuer.example/realms/a/..',
    'https://issuer.example/realms/./a',
    'https://issuer.example/realms\\..\\uploads',
    'https://issuer.example/realms/..%2fuploads/x',
    'https://issuer.example/realms/..;/uploads/x',
    'https://issuer.example/realms/a\n',
    'https://issuer.example/realms/.\t./uploads',
    'https://issuer.example/realms/\u0000',
    `https://issuer.example/realms/${'x'.repeat(2020)}`,
  ])(
    '[ISSUERS-PLAUSIBLE] is not called with an iss that may leave a prefix, and nothing is requested: %j',
    async (iss) => {
      const requests: string[] = [];
      const resolver = vi.fn((issuer: string): IssuerOptions | undefined =>
        issuer.startsWith('https://issuer.example/realms') ? { issuer, audience } : undefined,
      );
      const fetch = async (url: string) => {
        requests.push(url);
        return Response.json({});
      };
      const verifier = createVerifier({ issuers: resolver, http: { fetch }, clock: new FakeClock() });
      expect((await authErrorFrom(verifier.verify(tokenOf(iss)))).code).toBe('ERR_ISSUER_UNKNOWN');
      expect(resolver).not.toHaveBeenCalled();
      expect(requests).toEqual([]);
      await verifier.close();
    },
  );

  it('[ISSUERS-PLAUSIBLE] is called with every other text, up to 2,048 characters', async () => {
    const names = ['acme.com', 'urn:example:issuer', 'https://issuer.example/v2.0/', 'a..b/...', 'x'.repeat(2048)];
    const resolver = vi.fn(optionsOf);
    const verifier = verifierWith(resolver);
    for (const iss of names) await expect(verifier.verify(tokenOf(iss))).resolves.toMatchObject({ issuer: iss });
    expect(resolver.mock.calls).toEqual(names.map((iss) => [iss]));
    await verifier.close();
  });

  it('is called again after clear()', async () => {
    const resolver = vi.fn(allow);
    const verifier = verifierWith(resolver);
    await verifier.verify(tokenOf(tenant));
    verifier.clear(tenant);
    await verifier.verify(tokenOf(tenant));
    expect(resolver).toHaveBeenCalledTimes(2);
    await verifier.close();
  });
});

describe('a decision', () => {
  const refusals = [undefined, null, false] as const;

  it.each(refusals)('[ISSUERS-RESOLVER-REFUSAL] of %s refuses an issuer, a new one and one in use', async (refusal) => {
    const clock = new FakeClock();
    const resolver = vi.fn((): IssuerOptions | undefined | null | false => refusal);
    const verifier = verifierWith(resolver, clock);
    expect((await authErrorFrom(verifier.verify(tokenOf(tenant)))).code).toBe('ERR_ISSUER_UNKNOWN');
    clock.advance(30);
    resolver.mockReturnValue(optionsOf(tenant));
    await verifier.verify(tokenOf(tenant));
    resolver.mockReturnValue(refusal);
    clock.advance(600);
    expect(verifier.verifySync(tokenOf(tenant)).issuer).toBe(tenant);
    await settle();
    expect((await authErrorFrom(verifier.verify(tokenOf(tenant)))).code).toBe('ERR_ISSUER_UNKNOWN');
    expect(warn).not.toHaveBeenCalled();
    await verifier.close();
  });

  it('[ISSUERS-RESOLVER-IDLE] that is older than 1,200 s is made again before the next request is served', async () => {
    const clock = new FakeClock();
    const resolver = vi.fn<IssuerResolver>(async (issuer) => allow(issuer));
    const verifier = verifierWith(resolver, clock);
    const token = tokenOf(tenant);
    await verifier.verify(token);
    clock.advance(1199);
    expect(verifier.verifySync(token).issuer).toBe(tenant);
    await settle();
    clock.advance(1200);
    expect(authErrorOf(() => verifier.verifySync(token)).code).toBe('ERR_KEY_SET_NOT_READY');
    await settle();
    expect(resolver).toHaveBeenCalledTimes(3);
    clock.advance(1200);
    resolver.mockResolvedValue(undefined);
    expect((await authErrorFrom(verifier.verify(token))).code).toBe('ERR_ISSUER_UNKNOWN');
    await verifier.close();
  });

  it('with a policy of its own takes effect when it is made again', async () => {
    const clock = new FakeClock();
    const resolver = vi.fn<IssuerResolver>(allow);
    const verifier = verifierWith(resolver, clock);
    await verifier.verify(tokenOf(tenant));
    resolver.mockReturnValue({ issuer: tenant, audience: 'another', jwks });
    clock.advance(600);
    verifier.verifySync(tokenOf(tenant));
    await settle();
    expect(authErrorOf(() => verifier.verifySync(tokenOf(tenant))).code).toBe('ERR_AUDIENCE_MISMATCH');
    await verifier.close();
  });
});

describe('an issuer that a token names', () => {
  it.each([
    ['longer than 2,048 characters', `https://tenant.example/${'x'.repeat(2048)}`],
    ['empty', ''],
    ['with a line break', `${tenant}\nINFO`],
    ['with an escape sequence', `${tenant}\u001b[2K`],
    ['with a control character beyond ASCII', `${tenant}\u0085`],
    ['with a line separator', `${tenant}\u2028`],
    ['with an override of the direction of text', `${tenant}\u202e`],
  ])('[ISSUERS-RESOLVER-TEXT] is refused before the resolver is called: %s', async (_name, iss) => {
    const resolver = vi.fn((issuer: string): IssuerOptions => optionsOf(issuer));
    const verifier = verifierWith(resolver);
    expect((await authErrorFrom(verifier.verify(tokenOf(iss)))).code).toBe('ERR_ISSUER_UNKNOWN');
    expect(resolver).not.toHaveBeenCalled();
    await verifier.close();
  });
});

describe('calls of a resolver', () => {
  it('[ISSUERS-RESOLVER-CALLS] are 64 at once; the others wait, and beyond 1,024 they are 503', async () => {
    let [running, most] = [0, 0];
    const answers: (() => void)[] = [];
    const resolver: IssuerResolver = async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise<void>((resolve) => answers.push(resolve));
      running -= 1;
      return undefined;
    };
    const verifier = verifierWith(resolver);
    const results = Array.from({ length: 3000 }, (_, index) =>
      verifier.authenticate(bearerRequest(tokenOf(`https://${index}.example`))),
    );
    await settle();
    expect(running).toBe(64);
    while (answers.length > 0) {
      for (const answer of answers.splice(0)) answer();
      await settle();
    }
    const errors = (await Promise.all(results)).map((result) => (result.ok ? undefined : result.error));
    const unknown = errors.filter((error) => error?.code === 'ERR_ISSUER_UNKNOWN');
    const busy = errors.filter((error) => error?.code === 'ERR_ISSUER_LOOKUP_FAILED');
    expect([unknown.length, busy.length, most]).toEqual([64 + 1024, 3000 - 64 - 1024, 64]);
    expect(busy[0]).toMatchObject({ status: 503, retryAfter: 1 });
    await verifier.close();
  });

  it('[ISSUERS-RESOLVER-CALLS] for an issuer in use do not wait behind those for unknown ones', async () => {
    const clock = new FakeClock();
    const open: (() => void)[] = [];
    const resolver = vi.fn<IssuerResolver>(async (issuer) => {
      if (issuer !== tenant) await new Promise<void>((resolve) => open.push(resolve));
      return allow(issuer);
    });
    const verifier = verifierWith(resolver, clock);
    await verifier.verify(tokenOf(tenant));
    const results = Array.from({ length: 500 }, (_, index) =>
      authErrorFrom(verifier.verify(tokenOf(`https://${index}.example`))),
    );
    clock.advance(600);
    verifier.verifySync(tokenOf(tenant));
    open.shift()?.();
    await settle();
    expect(resolver.mock.calls.filter(([issuer]) => issuer === tenant)).toHaveLength(2);
    while (open.length > 0) {
      for (const answer of open.splice(0)) answer();
      await settle();
    }
    await Promise.all(results);
    await verifier.close();
  });
});

describe('clear() with a resolver', () => {
  it('[ISSUERS-RESOLVER-CLEAR] fails no request in flight, and causes no warning', async () => {
    const fake = new FakeIssuer([key], tenant);
    const verifier = createVerifier({
      issuers: async (issuer) => ({ issuer, audience }),
      clock: new FakeClock(),
      http: { fetch: fake.fetch },
    });
    for (const argument of [undefined, tenant]) {
      fake.pause();
      const waiting = Array.from({ length: 20 }, () => verifier.verify(tokenOf(tenant)));
      await settle();
      verifier.clear(argument);
      await settle();
      fake.resume();
      const issuers = (await Promise.all(waiting)).map((token) => token.issuer);
      expect(new Set(issuers)).toEqual(new Set([tenant]));
      // Confirmed from here on: its requests wait for the second fetch below.
      verifier.clear();
    }
    expect(warn).not.toHaveBeenCalled();
    await verifier.close();
  });

  it('[ISSUERS-RESOLVER-CLEAR] fails no request that waits for the keys of an issuer in use', async () => {
    const clock = new FakeClock();
    const fake = new FakeIssuer([key], tenant);
    const verifier = createVerifier({
      issuers: (issuer) => ({ issuer, audience }),
      clock,
      http: { fetch: fake.fetch },
      keyCache: { staleFor: 0 },
    });
    await verifier.verify(tokenOf(tenant));
    clock.advance(601);
    fake.pause();
    const waiting = verifier.verify(tokenOf(tenant));
    await settle();
    verifier.clear(tenant);
    await settle();
    fake.resume();
    expect((await waiting).issuer).toBe(tenant);
    expect(warn).not.toHaveBeenCalled();
    await verifier.close();
  });

  it('[ISSUERS-RESOLVER-CLEAR] of one issuer does not repeat the look-up of another', async () => {
    const answer = Promise.withResolvers<void>();
    const resolver = vi.fn<IssuerResolver>(async (issuer) => {
      await answer.promise;
      return allow(issuer);
    });
    const verifier = verifierWith(resolver);
    const waiting = verifier.verify(tokenOf(tenant));
    for (let count = 0; count < 100; count += 1) verifier.clear('https://other.example');
    answer.resolve();
    expect((await waiting).issuer).toBe(tenant);
    expect(resolver).toHaveBeenCalledTimes(1);
    await verifier.close();
  });
});

describe('a resolver that fails', () => {
  const lookupFailed = { name: 'UnavailableError', code: 'ERR_ISSUER_LOOKUP_FAILED', status: 503 };
  const down = new Error('the database is gone');

  const failing: Readonly<Record<string, IssuerResolver>> = {
    throws: () => {
      throw down;
    },
    rejects: () => Promise.reject(down),
    'returns options of another issuer': () => optionsOf('https://other.example'),
    'returns unusable options': (issuer) => ({ issuer, audience: '' }),
    'returns an unknown option': (issuer) => ({ ...optionsOf(issuer), realm: 'x' }) as IssuerOptions,
    'returns a string': () => 'yes' as unknown as IssuerOptions,
    'returns true': () => true as unknown as IssuerOptions,
    'returns 0': () => 0 as unknown as IssuerOptions,
    'returns an empty string': () => '' as unknown as IssuerOptions,
    'returns an array': (issuer) => [optionsOf(issuer)] as unknown as IssuerOptions,
    'returns a function': () => allow as unknown as IssuerOptions,
    'returns an issuer without TLS': () => ({ issuer: 'http://evil.example', audience }),
  };

  it.each(Object.entries(failing))('is an outage, not a bad token: it %s', async (_name, resolver) => {
    const verifier = verifierWith(resolver);
    expect(await authErrorFrom(verifier.verify(tokenOf(tenant)))).toMatchObject(lookupFailed);
    expect(await verifier.authenticate(bearerRequest(tokenOf(tenant)))).toMatchObject({
      ok: false,
      error: lookupFailed,
    });
    await verifier.close();
  });

  it('is an outage: it hangs', async () => {
    const verifier = verifierWith(() => new Promise(() => undefined), new FakeClock(), { http: { timeout: 0.1 } });
    const start = performance.now();
    expect(await authErrorFrom(verifier.verify(tokenOf(tenant)))).toMatchObject(lookupFailed);
    expect(performance.now() - start).toBeLessThan(5000);
    await verifier.close();
  });

  it('is called again for the next token', async () => {
    const resolver = vi.fn<IssuerResolver>().mockRejectedValueOnce(down).mockImplementation(allow);
    const verifier = verifierWith(resolver);
    await authErrorFrom(verifier.verify(tokenOf(tenant)));
    await expect(verifier.verify(tokenOf(tenant))).resolves.toMatchObject({ issuer: tenant });
    await verifier.close();
  });

  it('does not affect an issuer that it accepted before', async () => {
    const clock = new FakeClock();
    const resolver = vi.fn<IssuerResolver>(allow);
    const verifier = verifierWith(resolver, clock);
    await verifier.verify(tokenOf(tenant));
    resolver.mockRejectedValue(down);
    for (const seconds of [601, 601, 601]) {
      clock.advance(seconds);
      expect(verifier.verifySync(tokenOf(tenant)).issuer).toBe(tenant);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(resolver.mock.calls.length).toBeGreaterThan(1);
    await verifier.close();
  });

  it('[ISSUERS-RESOLVER-OUTAGE] keeps its last decision for staleFor, and the operator is warned once', async () => {
    const clock = new FakeClock();
    const resolver = vi.fn<IssuerResolver>(allow);
    const verifier = verifierWith(resolver, clock, { keyCache: { staleFor: 3600 } });
    const token = signToken(key, { iss: tenant, exp: now + 86_400 });
    await verifier.verify(token);
    resolver.mockRejectedValue(down);
    for (let age = 600; age < 1200 + 3600; age += 60) {
      clock.advance(age === 600 ? 600 : 60);
      expect(verifier.verifySync(token).issuer).toBe(tenant);
      await settle();
    }
    expect(warn.mock.calls.map(([, details]) => details)).toEqual([
      { type: 'VerifierWarning', code: 'VERIFIER_RESOLVER' },
    ]);
    expect(warn.mock.calls[0]?.[0]).toContain('the database is gone');
    clock.advance(60);
    expect(await authErrorFrom(verifier.verify(token))).toMatchObject(lookupFailed);
    resolver.mockImplementation(allow);
    await expect(verifier.verify(token)).resolves.toMatchObject({ issuer: tenant });
    await verifier.close();
  });

  it('[ISSUERS-RESOLVER-OUTAGE] warns again when it decides again', async () => {
    const clock = new FakeClock();
    const resolver = vi.fn<IssuerResolver>(allow);
    const verifier = verifierWith(resolver, clock);
    await verifier.verify(tokenOf(tenant));
    resolver.mockRejectedValueOnce(down);
    for (const seconds of [600, 30, 30]) {
      clock.advance(seconds);
      verifier.verifySync(tokenOf(tenant));
      await settle();
    }
    expect(codesOf(warn)).toEqual(['VERIFIER_RESOLVER', 'VERIFIER_RESOLVER_ENDED']);
    await verifier.close();
  });

  it('[ISSUERS-RESOLVER-OUTAGE] after an idle period makes the request wait, and is served with the last decision', async () => {
    const clock = new FakeClock();
    const resolver = vi.fn<IssuerResolver>(allow);
    const verifier = verifierWith(resolver, clock);
    await verifier.verify(tokenOf(tenant));
    resolver.mockRejectedValue(down);
    clock.advance(1200);
    await expect(verifier.verify(tokenOf(tenant))).resolves.toMatchObject({ issuer: tenant });
    expect(verifier.verifySync(tokenOf(tenant)).issuer).toBe(tenant);
    expect(codesOf(warn)).toEqual(['VERIFIER_RESOLVER']);
    await verifier.close();
  });

  it('[ISSUERS-RESOLVER-FAULT] on unknown issuers causes no warning, however many tokens name them', async () => {
    const verifier = verifierWith((issuer) => {
      throw new Error(`${issuer} has no database`);
    });
    for (let index = 0; index < 100; index += 1)
      await authErrorFrom(verifier.verify(tokenOf(`https://${index}.example`)));
    expect(warn).not.toHaveBeenCalled();
    await verifier.close();
  });

  it('[ISSUERS-RESOLVER-FAULT] causes one warning if it returns neither options nor a refusal', async () => {
    const verifier = verifierWith(() => 'yes' as unknown as IssuerOptions);
    for (let index = 0; index < 100; index += 1)
      await authErrorFrom(verifier.verify(tokenOf(`https://${index}.example`)));
    expect(codesOf(warn)).toEqual(['VERIFIER_RESOLVER_ANSWER']);
    expect(warn.mock.calls[0]?.[0]).toContain('returned a string');
    await verifier.close();
  });

  it('that settles after close() is ignored', async () => {
    const answer = Promise.withResolvers<IssuerOptions | undefined>();
    const verifier = verifierWith(() => answer.promise);
    const waiting = authErrorFrom(verifier.verify(tokenOf(tenant)));
    await verifier.close();
    answer.resolve(optionsOf(tenant));
    expect(await waiting).toMatchObject({ code: 'ERR_CLOSED', status: 503 });
    expect(verifier.stats().issuers).toEqual({});
  });
});

describe('10,000 unknown issuers', () => {
  it('are refused within a memory limit, while a known one is accepted', async () => {
    const resolver = vi.fn(allow);
    const verifier = verifierWith(resolver);
    const filling = 'x'.repeat(2000);
    const before = await heapUsed();
    for (let count = 0; count < 10_000; count += 1) {
      const iss = `https://${count}.example/${filling}`;
      const error = await authErrorFrom(verifier.verify(tokenOf(iss)));
      expect(error.code).toBe('ERR_ISSUER_UNKNOWN');
      if (count % 1000 === 0) await expect(verifier.verify(tokenOf(tenant))).resolves.toMatchObject({ issuer: tenant });
    }
    resolver.mockClear();
    // Cached without a limit, they would take 20 MB.
    expect((await heapUsed()) - before).toBeLessThan(15_000_000);
    expect(Object.keys(verifier.stats().issuers)).toEqual([tenant]);
    await verifier.close();
  });

  it('are cached up to keyCache.maxIssuers', async () => {
    const verifier = verifierWith(optionsOf, new FakeClock(), { keyCache: { maxIssuers: 3 } });
    for (const name of ['a', 'b', 'c', 'd', 'e']) await verifier.verify(tokenOf(`https://${name}.example`));
    expect(Object.keys(verifier.stats().issuers)).toHaveLength(3);
    expect(Object.keys(verifier.stats().issuers)).toContain('https://e.example');
    await verifier.close();
  });
});

async function heapUsed(): Promise<number> {
  const { runInNewContext } = await import('node:vm');
  const { setFlagsFromString } = await import('node:v8');
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  return process.memoryUsage().heapUsed;
}
