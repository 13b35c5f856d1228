import { setTimeout as delay } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { beforeEach, describe, expect, it, type MockInstance, onTestFinished, vi } from 'vitest';
import { createVerifier, type ManyIssuersOptions, type Verifier, type VerifierEvent } from '../../src/index.ts';
import { bearerRequest } from '../support/requests.ts';
import { accepted, codeOf } from '../support/scenario.ts';
import { audience, signToken } from '../support/sign-token.ts';
import { startTenantServer, type TenantAnswer, type TenantServer } from '../support/tenant-server.ts';
import { generateTestKey } from '../support/test-key.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const key = generateTestKey('Ed25519');
const inAnHour = Math.floor(Date.now() / 1000) + 3600;
const good = Array.from({ length: 7 }, (_, index) => `good-${index}`);

let warn: MockInstance<typeof process.emitWarning>;

beforeEach(() => {
  warn = vi.spyOn(process, 'emitWarning').mockReturnValue(undefined);
});

interface Tenants {
  readonly server: TenantServer;
  readonly verifier: Verifier;
  readonly events: VerifierEvent[];
  /** Returns a token of a tenant. It was not sent before. */
  goodToken(tenant: string): string;
  /** Sends such a token. */
  goodRequest(tenant: string): ReturnType<Verifier['authenticate']>;
  /** Sends a token that the tenant did not sign. */
  madeUpRequest(tenant: string): ReturnType<Verifier['authenticate']>;
}

/** Opens a verifier that accepts every tenant of a server by the form of its name. */
async function openTenants(
  answerFor: (tenant: string) => TenantAnswer,
  options: Partial<ManyIssuersOptions> = {},
): Promise<Tenants> {
  const server = await startTenantServer(key, answerFor);
  const events: VerifierEvent[] = [];
  const verifier = createVerifier({
    issuers: (issuer) => (issuer.startsWith(server.prefix) ? { issuer, audience } : undefined),
    onEvent: (event) => events.push(event),
    ...options,
  });
  onTestFinished(() => verifier.close());
  const claimsOf = (tenant: string): object => ({
    iss: `${server.prefix}${tenant}`,
    exp: inAnHour,
    iat: inAnHour - 3600,
    jti: crypto.randomUUID(),
  });
  const goodToken = (tenant: string): string => signToken(key, { ...claimsOf(tenant) });
  const forger = { ...key, sign: () => Buffer.alloc(64, 1) };
  return {
    server,
    verifier,
    events,
    goodToken,
    goodRequest: (tenant) => verifier.authenticate(bearerRequest(goodToken(tenant))),
    madeUpRequest: (tenant) => verifier.authenticate(bearerRequest(signToken(forger, { ...claimsOf(tenant) }))),
  };
}

const isGood = (tenant: string): boolean => tenant.startsWith('good-');
const missing = (tenant: string): TenantAnswer => (isGood(tenant) ? 'documents' : 'not-found');

describe('a flood of made-up issuers that the resolver accepts by their form', () => {
  it('[ISSUERS-MADE-UP] costs the tenants no request, no wait, no connection and no line in the log', async () => {
    const { server, verifier, events, goodToken, goodRequest, madeUpRequest } = await openTenants(missing);
    for (const tenant of good) accepted(await goodRequest(tenant));
    server.requests.clear();
    events.length = 0;
    const pending: Promise<unknown>[] = [];
    let served = 0;
    for (let count = 0; count < 3000; count += 1) {
      pending.push(Promise.resolve(madeUpRequest(`made-up-${count}`)));
      if (count % 10 !== 0) continue;
      await delay(1);
      // Throws if it must wait for anything.
      verifier.verifySync(goodToken(good[count % 7] ?? ''));
      served += 1;
    }
    await Promise.all(pending);
    expect(served).toBe(300);
    expect(good.map((tenant) => server.requests.get(tenant) ?? 0)).toEqual(good.map(() => 0));
    // Two URLs for each discovery: a burst, and a rate from then on.
    expect(server.total()).toBeLessThan(1000);
    expect(server.busiest()).toBeLessThan(4);
    expect(warn).not.toHaveBeenCalled();
    expect(events.filter(({ type }) => type !== 'token-refused')).toEqual([]);
    expect(new Set(events.map(({ issuer }) => issuer))).toEqual(new Set([undefined]));
    expect(Object.keys(verifier.stats().issuers).sort()).toEqual(good.map((tenant) => `${server.prefix}${tenant}`));
  });

  it('[ISSUERS-MADE-UP] does not keep out a tenant that is new', async () => {
    const { goodRequest, madeUpRequest } = await openTenants(missing);
    // Spends the budget first.
    await Promise.all(Array.from({ length: 300 }, (_, index) => madeUpRequest(`early-${index}`)));
    const pending: Promise<unknown>[] = [];
    const refusals = new Map<string, number>();
    const waiting = new Set(good);
    for (let count = 0; waiting.size > 0 && count < 1000; count += 1) {
      pending.push(Promise.resolve(madeUpRequest(`made-up-${count}`)));
      const [tenant = ''] = waiting;
      waiting.delete(tenant);
      if (!(await goodRequest(tenant)).ok) {
        refusals.set(tenant, (refusals.get(tenant) ?? 0) + 1);
        waiting.add(tenant);
      }
      await delay(5);
    }
    await Promise.all(pending);
    expect([...waiting]).toEqual([]);
    // Without a reserve for those that were refused before, their share of the budget is about 1 in 20.
    expect(Math.max(0, ...refusals.values())).toBeLessThan(5);
  });

  it('[ISSUERS-MADE-UP] does not keep out a new tenant if their requests are never answered', async () => {
    const { server, goodRequest, madeUpRequest } = await openTenants(
      (tenant) => (isGood(tenant) ? 'documents' : 'silence'),
      { http: { timeout: 1 } },
    );
    // They take the places of the origin, and fill the queue.
    const pending = Array.from({ length: 1200 }, (_, index) => madeUpRequest(`made-up-${index}`));
    await vi.waitFor(() => expect(server.busiest()).toBe(3));
    expect(await codeOf(goodRequest('good-1'))).toBe('ERR_KEY_SET_UNAVAILABLE');
    accepted(await goodRequest('good-1'));
    await Promise.all(pending);
  });

  it('[ISSUERS-MADE-UP] does not keep out a new tenant if they fill the queue in front of the resolver', async () => {
    const server = await startTenantServer(key, () => 'documents');
    const issuer = `${server.prefix}good-1`;
    const verifier = createVerifier({
      issuers: (iss) => (iss === issuer ? { issuer, audience } : new Promise(() => undefined)),
      http: { timeout: 1 },
    });
    onTestFinished(() => verifier.close());
    const request = (iss: string): ReturnType<Verifier['authenticate']> =>
      verifier.authenticate(bearerRequest(signToken(key, { iss, exp: inAnHour })));
    const pending = Array.from({ length: 2000 }, (_, index) => request(`${server.prefix}made-up-${index}`));
    expect(await codeOf(request(issuer))).toBe('ERR_ISSUER_LOOKUP_FAILED');
    accepted(await request(issuer));
    expect(new Set(await Promise.all(pending.map((answer) => codeOf(answer))))).toEqual(
      new Set(['ERR_ISSUER_LOOKUP_FAILED']),
    );
  });

  it('[ISSUERS-MADE-UP] with the names of real tenants does not keep out one that was evicted', async () => {
    let seconds = 0;
    const clock = { now: () => Date.now() / 1000, monotonic: () => seconds };
    const { goodRequest, madeUpRequest } = await openTenants(missing, { clock, keyCache: { maxIssuers: 2 } });
    for (let index = 0; index < 260; index += 1) accepted(await goodRequest(`good-${index}`));
    seconds = 2;
    const codes: (string | undefined)[] = [];
    for (let index = 1; index < 250; index += 1) codes.push(await codeOf(madeUpRequest(`good-${index}`)));
    expect(new Set(codes)).toEqual(new Set(['ERR_SIGNATURE_INVALID', 'ERR_KEY_SET_UNAVAILABLE']));
    expect(await codeOf(goodRequest('good-0'))).toBe('ERR_KEY_SET_UNAVAILABLE');
    accepted(await goodRequest('good-0'));
  });

  it('[ISSUERS-MADE-UP] leaves a connection free if their requests are never answered', async () => {
    const { server, goodRequest, madeUpRequest } = await openTenants(
      (tenant) => (isGood(tenant) ? 'documents' : 'silence'),
      { http: { timeout: 2 } },
    );
    const pending = Array.from({ length: 50 }, (_, index) => madeUpRequest(`made-up-${index}`));
    await vi.waitFor(() => expect(server.busiest()).toBe(3));
    await delay(100);
    expect(server.busiest()).toBe(3);
    const codes = await Promise.all(pending.map((answer) => codeOf(answer)));
    expect(new Set(codes)).toEqual(new Set(['ERR_DISCOVERY_FAILED', 'ERR_KEY_SET_UNAVAILABLE']));
    accepted(await goodRequest('good-1'));
    expect(warn).not.toHaveBeenCalled();
  });

  it('[ISSUERS-MADE-UP] of a server that answers for each name evicts no tenant', async () => {
    const { server, verifier, goodRequest, madeUpRequest } = await openTenants(() => 'documents', {
      keyCache: { maxIssuers: 7 },
    });
    for (const tenant of good) accepted(await goodRequest(tenant));
    const answers: (string | undefined)[] = [];
    for (let count = 0; count < 300; count += 1) answers.push(await codeOf(madeUpRequest(`made-up-${count}`)));
    expect(new Set(answers)).toEqual(new Set(['ERR_SIGNATURE_INVALID', 'ERR_KEY_SET_UNAVAILABLE']));
    expect(Object.keys(verifier.stats().issuers).sort()).toEqual(good.map((tenant) => `${server.prefix}${tenant}`));
    for (const tenant of good) accepted(await goodRequest(tenant));
    expect(good.map((tenant) => server.requests.get(tenant))).toEqual(good.map(() => 2));
  });

  it('[ISSUERS-MADE-UP] of 50,000 keeps the memory flat', { timeout: 120_000 }, async () => {
    const { goodRequest, madeUpRequest } = await openTenants(missing, { onEvent: () => undefined });
    const filling = 'x'.repeat(1500);
    const run = async (from: number, to: number): Promise<number> => {
      for (let index = from; index < to; index += 1) {
        await madeUpRequest(`made-up-${index}-${filling}`);
        if (index % 1000 === 0) accepted(await goodRequest('good-1'));
      }
      collectGarbage();
      return process.memoryUsage().heapUsed;
    };
    const before = await run(0, 10_000);
    const after = await run(10_000, 50_000);
    expect(after - before).toBeLessThan(4_000_000);
    expect(warn).not.toHaveBeenCalled();
  });

  it('is remembered for each issuer that failed', async () => {
    const { server, madeUpRequest } = await openTenants(missing);
    expect(await codeOf(madeUpRequest('made-up'))).toBe('ERR_DISCOVERY_FAILED');
    const { requests } = server;
    const asked = requests.get('made-up');
    for (let count = 0; count < 20; count += 1) {
      expect(await codeOf(madeUpRequest('made-up'))).toBe('ERR_DISCOVERY_FAILED');
    }
    expect(requests.get('made-up')).toBe(asked);
  });

  it('[ISSUERS-MADE-UP] causes no warning about its configuration', async () => {
    const verifier = createVerifier({
      issuers: (issuer) => ({ issuer, audience }),
      http: { fetch: () => Promise.resolve(new Response('', { status: 404 })) },
    });
    onTestFinished(() => verifier.close());
    for (let index = 0; index < 20; index += 1) {
      const token = signToken(key, { iss: `https://made-up-${index}.okta.com`, exp: inAnHour });
      expect(await codeOf(verifier.authenticate(bearerRequest(token)))).toBe('ERR_DISCOVERY_FAILED');
    }
    expect(warn).not.toHaveBeenCalled();
  });
});
