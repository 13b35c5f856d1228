import { createRequire } from 'node:module';
import type { RunningApp } from '@verifier/conformance';
import { bearerAuth, createVerifier, oktaAuth } from '@verifier/hono';
import { type AuthorizationServer, startAuthorizationServer } from '@verifier/test-issuer';
import { type Handler, Hono } from 'hono';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { askRunning } from './question.ts';
import { listen, type Served } from './runtimes/node.ts';

let issuer: AuthorizationServer;
let token: string;
let app: RunningApp | undefined;

beforeEach(async () => {
  issuer = await startAuthorizationServer({ path: '/oauth2/default' });
  token = await issuer.token({ scope: 'read' });
  issuer.resetCounts();
});

afterEach(async () => {
  await app?.close();
  await issuer.close();
});

async function start(served: Served): Promise<void> {
  app = await listen(served);
}

async function ask(path = '/'): Promise<number> {
  const { status } = await askRunning(app ?? { origin: '', close: async () => undefined }, { path, token });
  return status;
}

function options(): { issuer: string; audience: string } {
  return { issuer: issuer.issuer, audience: issuer.audience };
}

const noContent: Handler = (c) => c.body(null, 204);
const fetchedOnce = { discovery: 1, keys: 1 };

describe('the middlewares of one process', () => {
  it('share one discovery and one key fetch, options functions included', async () => {
    const served = new Hono()
      .get('/one', oktaAuth(options()), noContent)
      .get('/two', oktaAuth(options()), noContent)
      .get('/three', bearerAuth({ ...options(), realm: 'three' }), noContent)
      .get('/four', bearerAuth(options), noContent);
    await start(served);
    const statuses = [await ask('/one'), await ask('/two'), await ask('/three'), await ask('/four')];
    expect(statuses).toEqual([204, 204, 204, 204]);
    expect(issuer.counts).toMatchObject(fetchedOnce);
  });

  it.each([
    ['options', () => oktaAuth(options())],
    ['an options function', () => oktaAuth(options)],
  ])('answer 1,000 concurrent first requests with one discovery and one key fetch: %s', async (_name, auth) => {
    await start(new Hono().use(auth()).get('/', noContent));
    const statuses = await Promise.all(Array.from({ length: 1000 }, () => ask()));
    expect(new Set(statuses)).toEqual(new Set([204]));
    expect(issuer.counts).toMatchObject(fetchedOnce);
  });

  it('do not contact the issuer for a request once warm', async () => {
    const auth = oktaAuth(options());
    await start(new Hono().use(auth).get('/', noContent));
    await auth.verifier.warmUp();
    expect(auth.verifier.ready()).toBe(true);
    expect(issuer.counts).toMatchObject(fetchedOnce);
    issuer.resetCounts();
    for (let round = 0; round < 50; round += 1) expect(await ask()).toBe(204);
    expect(issuer.counts).toMatchObject({ discovery: 0, keys: 0, connections: 0 });
  });

  it('share with one that was loaded through require()', async () => {
    const required: { bearerAuth: typeof bearerAuth } = createRequire(import.meta.url)('@verifier/hono');
    const served = new Hono()
      .get('/one', bearerAuth(options()), noContent)
      .get('/two', required.bearerAuth(options()), noContent);
    await start(served);
    expect([await ask('/one'), await ask('/two')]).toEqual([204, 204]);
    expect(issuer.counts).toMatchObject(fetchedOnce);
  });

  it('accept an existing verifier, and expose it', async () => {
    const verifier = createVerifier(options());
    const auth = bearerAuth({ verifier });
    expect(auth.verifier).toBe(verifier);
    expect(oktaAuth({ verifier }).verifier).toBe(verifier);
    await start(new Hono().use(auth).get('/', noContent));
    expect(await ask()).toBe(204);
  });

  it('answer 503 once their verifier is closed', async () => {
    const auth = bearerAuth(options());
    await start(new Hono().use(auth).get('/', noContent));
    expect(await ask()).toBe(204);
    await auth.verifier.close();
    expect(await ask()).toBe(503);
  });
});
