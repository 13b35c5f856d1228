import { describe, expect, it, vi } from 'vitest';
import { createVerifier, type IssuerOptions, type IssuerResolver, type Verifier } from '../../src/index.ts';
import { authErrorFrom, authErrorOf } from '../support/expected-errors.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { bearerRequest } from '../support/requests.ts';
import { audience, signToken } from '../support/sign-token.ts';
import { generateTestKey, keySetOf } from '../support/test-key.ts';

const key = generateTestKey('Ed25519');
const jwks = keySetOf(key);
const tenant = 'https://tenant.example';

function optionsOf(issuer: string): IssuerOptions {
  return { issuer, audience, jwks };
}

const allow = (issuer: string): IssuerOptions | undefined => (issuer === tenant ? optionsOf(issuer) : undefined);

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
    'returns null': () => null as unknown as undefined,
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
