import { type AuthorizationServer, startAuthorizationServer } from '@verifier/test-issuer';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createVerifier, isAuthError, type SingleIssuerOptions, type Verifier } from '../../src/index.ts';
import { authErrorFrom, authErrorOf } from '../support/expected-errors.ts';
import { bearerRequest, requestWith } from '../support/requests.ts';

let issuer: AuthorizationServer;
let verifier: Verifier;

function options(): SingleIssuerOptions {
  return { issuer: issuer.issuer, audience: issuer.audience };
}

beforeEach(async () => {
  vi.spyOn(process, 'emitWarning').mockReturnValue(undefined);
  issuer = await startAuthorizationServer({ alg: 'ES256' });
  verifier = createVerifier(options());
});

afterEach(async () => {
  await verifier.close();
  await issuer.close();
});

describe('a verifier', () => {
  it('fetches nothing until it is needed', async () => {
    expect(verifier.stats().issuers[issuer.issuer]).toMatchObject({ state: 'absent', keys: 0, refreshes: 0 });
    await verifier.authenticate(requestWith());
    expect(issuer.counts).toMatchObject({ discovery: 0, keys: 0, connections: 0 });
  });

  it('[ISSUERS-CONFIGURED] fetches nothing for a token of an unknown issuer', async () => {
    const foreign = await issuer.sign({ iss: 'https://other.example' });
    expect((await authErrorFrom(verifier.verify(foreign))).code).toBe('ERR_ISSUER_UNKNOWN');
    expect(await verifier.authenticate(bearerRequest(await issuer.sign({ iss: undefined })))).toMatchObject({
      ok: false,
      error: { code: 'ERR_ISSUER_UNKNOWN', reason: 'missing' },
    });
    expect(issuer.counts).toMatchObject({ discovery: 0, keys: 0, connections: 0 });
  });

  it('fetches nothing for a token with a wrong form or algorithm', async () => {
    const bad = [
      'x',
      'a.b.c',
      await issuer.sign({}, { alg: 'none' }),
      await issuer.sign({}, { header: { x: true, crit: ['x'] } }),
    ];
    for (const token of bad) expect((await authErrorFrom(verifier.verify(token))).status).toBe(401);
    expect(issuer.counts).toMatchObject({ discovery: 0, keys: 0 });
  });
});

describe('warmUp()', () => {
  it('loads the keys with one fetch, also if it is called several times', async () => {
    await Promise.all([verifier.warmUp(), verifier.warmUp()]);
    await verifier.warmUp();
    expect(verifier.ready()).toBe(true);
    expect(verifier.verifySync(await issuer.token()).issuer).toBe(issuer.issuer);
    expect(issuer.counts).toMatchObject({ discovery: 1, keys: 1 });
  });

  it('rejects with the errors of the failed issuers, and loads the others', async () => {
    const gone = await startAuthorizationServer({ alg: 'ES256' });
    await gone.close();
    const both = createVerifier({ issuers: [options(), { ...options(), issuer: gone.issuer }] });
    const [outcome] = await Promise.allSettled([both.warmUp()]);
    const error: unknown = outcome.status === 'rejected' ? outcome.reason : undefined;
    expect(error).toBeInstanceOf(AggregateError);
    const { errors, message } = error as AggregateError;
    expect(errors.map((each: unknown) => isAuthError(each) && each.code)).toEqual(['ERR_DISCOVERY_FAILED']);
    expect(message).toContain(gone.issuer);
    expect(message).not.toContain(issuer.issuer);
    expect(both.ready()).toBe(false);
    expect(both.verifySync(await issuer.token()).issuer).toBe(issuer.issuer);
    await both.close();
  });
});

describe('ready()', () => {
  it('is false until the keys are loaded', async () => {
    expect(verifier.ready()).toBe(false);
    await verifier.warmUp();
    expect(verifier.ready()).toBe(true);
  });

  it('starts the fetch, so that a process that polls it becomes ready', async () => {
    expect(verifier.ready()).toBe(false);
    await vi.waitFor(() => expect(verifier.ready()).toBe(true));
    expect(issuer.counts).toMatchObject({ discovery: 1, keys: 1 });
  });
});

describe('stats()', () => {
  it('is plain JSON with counters and the state of each issuer', async () => {
    await verifier.verify(await issuer.token());
    const token = await issuer.token({ scope: 'read' });
    await verifier.verify(token);
    await verifier.verify(token);
    await authErrorFrom(verifier.verify('x'));
    await authErrorFrom(verifier.verify(token, { scope: 'write' }));
    await verifier.authenticate(requestWith());
    const stats = verifier.stats();
    expect(JSON.parse(JSON.stringify(stats))).toEqual(stats);
    expect(stats).toMatchObject({
      verified: 3,
      refused: { ERR_TOKEN_MALFORMED: 1, ERR_SCOPE_INSUFFICIENT: 1, ERR_CREDENTIALS_MISSING: 1 },
      issuers: { [issuer.issuer]: { state: 'fresh', keys: 1, refreshes: 1, failures: 0, lastError: null } },
      tokenCache: { hits: 2, misses: 3, hitRate: 0.4, maxEntries: 5000 },
    });
    expect(JSON.stringify(stats)).not.toContain(token.split('.')[1]);
  });

  it('[STATS-JSON] is a copy: changing it has no effect', () => {
    Object.assign(verifier.stats().refused, { ERR_CLOSED: 5 });
    expect(verifier.stats().refused).toEqual({});
  });
});

describe('clear()', () => {
  it('[PROCESS-CLEAR] removes keys, metadata and tokens for every verifier that shares them', async () => {
    const other = createVerifier(options());
    const token = await issuer.token();
    await other.verify(token);
    verifier.clear();
    expect(other.stats()).toMatchObject({ issuers: { [issuer.issuer]: { state: 'absent', keys: 0 } } });
    await other.verify(token);
    expect(issuer.counts).toMatchObject({ discovery: 2, keys: 2 });
    await other.close();
  });

  it('clears the given issuer, and no other', async () => {
    await verifier.verify(await issuer.token());
    verifier.clear('https://other.example');
    expect(verifier.ready()).toBe(true);
    verifier.clear(issuer.issuer);
    expect(verifier.stats().issuers[issuer.issuer]).toMatchObject({ state: 'absent' });
  });
});

describe('close()', () => {
  const closed = { name: 'UnavailableError', code: 'ERR_CLOSED', status: 503 };

  it('[PROCESS-CLOSE] makes every later call fail with ERR_CLOSED, and may be called again', async () => {
    const token = await issuer.token();
    await verifier.verify(token);
    const closing = verifier.close();
    await Promise.all([closing, verifier.close()]);
    await verifier.close();
    expect(authErrorOf(() => verifier.verifySync(token))).toMatchObject(closed);
    expect(await authErrorFrom(verifier.verify(token))).toMatchObject(closed);
    expect(await verifier.authenticate(bearerRequest(token))).toMatchObject({ ok: false, error: closed });
    expect(await verifier.authenticate(requestWith())).toMatchObject({ ok: false, error: closed });
    await expect(verifier.warmUp()).rejects.toMatchObject(closed);
    expect(await verifier.verifyAll([token])).toMatchObject([{ status: 'rejected', reason: closed }]);
    expect(verifier.ready()).toBe(false);
    expect(() => verifier.clear()).not.toThrow();
    expect(verifier.stats().verified).toBe(1);
    expect(verifier.challenge(authErrorOf(() => verifier.verifySync(token))).status).toBe(503);
  });

  it('does not affect another verifier that shares the keys', async () => {
    const other = createVerifier(options());
    const token = await issuer.token();
    await verifier.verify(token);
    await verifier.close();
    expect(other.verifySync(token).issuer).toBe(issuer.issuer);
    expect(issuer.counts).toMatchObject({ discovery: 1, keys: 1 });
    await other.close();
  });

  it('[PROCESS-CLOSE] closes the connections of the last verifier, and a new one opens its own', async () => {
    const token = await issuer.token();
    await verifier.verify(token);
    await verifier.close();
    const later = createVerifier(options());
    expect(later.stats().issuers[issuer.issuer]).toMatchObject({ state: 'absent' });
    await later.verify(token);
    expect(issuer.counts).toMatchObject({ discovery: 2, keys: 2, connections: 2 });
    await later.close();
  });

  it('rejects pending verifications without reporting an outage', async () => {
    const warn = vi.mocked(process.emitWarning);
    issuer.conditions.latency = 60;
    const waiting = [verifier.verify(await issuer.token()), verifier.warmUp()].map((work) =>
      work.catch((error: unknown) => error),
    );
    await vi.waitFor(() => expect(issuer.counts.discovery).toBe(1));
    await verifier.close();
    const [refused] = await Promise.all(waiting);
    expect(refused).toMatchObject({ status: 503 });
    expect(warn).not.toHaveBeenCalled();
  });
});
