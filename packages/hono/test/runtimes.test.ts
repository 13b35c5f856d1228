import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { exchange, type RawResponse, type RunningApp } from '@verifier/conformance';
import { type AuthorizationServer, type SigningAlgorithm, startAuthorizationServer } from '@verifier/test-issuer';
import { afterEach, describe, expect, it } from 'vitest';
import type { ProbeSettings } from './probe-app.ts';
import { runtimes, type TestRuntime } from './runtimes/index.ts';

const algorithms: readonly SigningAlgorithm[] = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'Ed25519',
  'EdDSA',
];

const open: { close(): Promise<void> }[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.close()));
});

async function startIssuer(alg: SigningAlgorithm = 'RS256'): Promise<AuthorizationServer> {
  const issuer = await startAuthorizationServer({ alg });
  open.push(issuer);
  return issuer;
}

async function startProbe(runtime: TestRuntime, probe: ProbeSettings): Promise<RunningApp> {
  const app = await runtime.start({ probe });
  open.push(app);
  return app;
}

/** An issuer whose response to a key fetch is set by the test. */
async function startHostileIssuer(answer: RequestListener): Promise<ProbeSettings['issuers'][number]> {
  const server: Server = createServer(answer);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  open.push({
    close: async () => {
      server.closeAllConnections();
      server.close();
    },
  });
  const { port }: AddressInfo = Object(server.address());
  const issuer = `http://127.0.0.1:${port}`;
  return { issuer, jwksUri: `${issuer}/keys`, audience: 'api://default' };
}

function settingsOf(...issuers: readonly AuthorizationServer[]): ProbeSettings {
  return { issuers: issuers.map(({ issuer, audience }) => ({ issuer, audience })) };
}

function get({ origin }: RunningApp, path = '/', token?: string): Promise<RawResponse> {
  const headers = token === undefined ? [] : ([['Authorization', `Bearer ${token}`]] as const);
  return exchange(origin, { method: 'GET', path, headers });
}

async function statsOf(app: RunningApp, issuer: AuthorizationServer): Promise<Record<string, unknown>> {
  return JSON.parse((await get(app, '/stats')).body).issuers[issuer.issuer];
}

const none = { discovery: 0, keys: 0, connections: 0 };

describe.each(runtimes)('on $name', (runtime) => {
  it('uses the engine of this runtime', async () => {
    const issuer = await startIssuer();
    const token = await issuer.token();
    const app = await startProbe(runtime, settingsOf(issuer));
    expect((await get(app, '/', token)).status).toBe(200);
    expect((await get(app, `/engine?token=${token}`)).body).toBe(runtime.engine);
  });

  it('verifies a token of every algorithm, and denies it with another signature', async () => {
    const issuers = await Promise.all(algorithms.map(startIssuer));
    const app = await startProbe(runtime, settingsOf(...issuers));
    for (const [index, issuer] of issuers.entries()) {
      const alg = algorithms[index];
      const [good, other] = [await issuer.sign({ sub: 'subject-1' }), await issuer.sign({ sub: 'subject-2' })];
      const forged = `${good.slice(0, good.lastIndexOf('.'))}.${other.slice(other.lastIndexOf('.') + 1)}`;
      expect([alg, (await get(app, '/', good)).body]).toEqual([alg, '{"subject":"subject-1"}']);
      expect([alg, (await get(app, '/', forged)).status]).toEqual([alg, 401]);
    }
  });

  it('accepts both names of the Ed25519 algorithm', async () => {
    const issuer = await startIssuer('Ed25519');
    const app = await startProbe(runtime, settingsOf(issuer));
    for (const alg of ['Ed25519', 'EdDSA']) {
      const token = await issuer.sign({}, { alg });
      expect([alg, (await get(app, '/', token)).status]).toEqual([alg, 200]);
    }
  });

  it('answers 1,000 concurrent first requests', async () => {
    const issuer = await startIssuer();
    const token = await issuer.token();
    const app = await startProbe(runtime, settingsOf(issuer));
    issuer.resetCounts();
    issuer.conditions.latency = 0.1;
    const answers = await Promise.all(Array.from({ length: 1000 }, () => get(app, '/', token)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    // If a request cannot await the fetch of another one, each early request fetches for itself.
    if (runtime.sharesPromises) expect(issuer.counts).toMatchObject({ discovery: 1, keys: 1 });
  });

  it('answers 50 concurrent requests with a token of a new key', async () => {
    const issuer = await startIssuer();
    const app = await startProbe(runtime, settingsOf(issuer));
    await get(app, '/', await issuer.token());
    await issuer.rotate();
    const token = await issuer.token();
    issuer.resetCounts();
    issuer.conditions.latency = 0.2;
    const answers = await Promise.all(Array.from({ length: 50 }, () => get(app, '/', token)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    if (runtime.sharesPromises) expect(issuer.counts).toMatchObject({ discovery: 0, keys: 1 });
  });

  it('does not contact the issuer once warm, nor for denied tokens', async () => {
    const issuer = await startIssuer();
    const [token, late] = [await issuer.token(), await issuer.sign({ exp: 1 })];
    const app = await startProbe(runtime, settingsOf(issuer));
    await get(app, '/', token);
    issuer.resetCounts();
    const statuses = await Promise.all([token, late, token, 'nonsense'].map((each) => get(app, '/', each)));
    expect(statuses.map(({ status }) => status)).toEqual([200, 401, 200, 401]);
    expect(issuer.counts).toMatchObject(none);
  });

  it('refreshes the keys after the response', async () => {
    const issuer = await startIssuer();
    const token = await issuer.token();
    const app = await startProbe(runtime, settingsOf(issuer));
    await get(app, '/', token);
    await get(app, '/advance/580');
    issuer.conditions.latency = 0.5;
    const start = performance.now();
    expect((await get(app, '/', token)).status).toBe(200);
    expect(performance.now() - start).toBeLessThan(400);
    await delay(900);
    expect(await statsOf(app, issuer)).toMatchObject({ state: 'fresh', refreshes: 2, failures: 0 });
  });

  it('keeps the cached keys while the issuer is unavailable, and loads the new ones when it is back', async () => {
    const issuer = await startIssuer();
    const token = await issuer.token();
    const app = await startProbe(runtime, settingsOf(issuer));
    await get(app, '/', token);
    await issuer.stop();
    await get(app, '/advance/700');
    expect((await get(app, '/', token)).status).toBe(200);
    expect(await statsOf(app, issuer)).toMatchObject({ state: 'stale' });
    await issuer.start();
    await issuer.rotate();
    await get(app, '/advance/120');
    expect((await get(app, '/', await issuer.token())).status).toBe(200);
    expect(await statsOf(app, issuer)).toMatchObject({ state: 'fresh' });
  });

  it('does not follow redirects', async () => {
    const paths: (string | undefined)[] = [];
    const hostile = await startHostileIssuer(({ url }, response) => {
      paths.push(url);
      response.writeHead(302, { Location: '/elsewhere' }).end();
    });
    const app = await startProbe(runtime, { issuers: [hostile] });
    expect((await get(app, '/', await tokenOf(hostile.issuer))).status).toBe(503);
    expect(paths).toEqual(['/keys']);
  });

  it('limits the size of a key set', async () => {
    let written = 0;
    const hostile = await startHostileIssuer((_request, response) => {
      response.writeHead(200, { 'Content-Type': 'application/json' });
      const more = (): void => {
        while (!response.destroyed && written < 100_000_000) {
          written += 65_536;
          if (!response.write(' '.repeat(65_536))) return void response.once('drain', more);
        }
      };
      more();
    });
    const app = await startProbe(runtime, { issuers: [hostile], http: { maxResponseSize: 10_000 } });
    expect((await get(app, '/', await tokenOf(hostile.issuer))).status).toBe(503);
    await delay(200);
    expect(written).toBeLessThan(20_000_000);
  });

  it('limits the time for a key fetch', async () => {
    const hostile = await startHostileIssuer((_request, response) => {
      response.writeHead(200, { 'Content-Type': 'application/json' }).write('{');
    });
    const app = await startProbe(runtime, { issuers: [hostile], http: { timeout: 0.5 } });
    const start = performance.now();
    expect((await get(app, '/', await tokenOf(hostile.issuer))).status).toBe(503);
    expect(performance.now() - start).toBeLessThan(3000);
  });

  it('rejects a key set that is not UTF-8', async () => {
    const hostile = await startHostileIssuer((_request, response) => {
      response.writeHead(200, { 'Content-Type': 'application/json' }).end(Buffer.from('{"keys":["\xff"]}', 'latin1'));
    });
    const app = await startProbe(runtime, { issuers: [hostile] });
    expect((await get(app, '/', await tokenOf(hostile.issuer))).status).toBe(503);
  });
});

/** A token that names an issuer and a key of it. */
async function tokenOf(iss: string): Promise<string> {
  const issuer = await startIssuer('ES256');
  return issuer.sign({ iss, aud: 'api://default' });
}
