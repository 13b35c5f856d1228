import { type AuthorizationServer, startAuthorizationServer } from '@verifier/test-issuer';
import { Agent } from 'undici';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createVerifier, type FetchLike, type HttpOptions } from '../../src/index.ts';

let issuer: AuthorizationServer;
let token: string;

beforeAll(async () => {
  issuer = await startAuthorizationServer({ alg: 'ES256' });
  token = await issuer.token();
});

afterAll(() => issuer.close());

beforeEach(() => issuer.resetCounts());

/** Has the keys fetched three times over. */
async function fetchKeys(http?: HttpOptions): Promise<void> {
  const options = { issuer: issuer.issuer, audience: issuer.audience };
  const verifier = createVerifier(http === undefined ? options : { ...options, http });
  try {
    for (let round = 0; round < 3; round += 1) {
      verifier.clear();
      await verifier.verify(token);
    }
  } finally {
    await verifier.close();
  }
}

const everything = { discovery: 3, keys: 3 };

describe("a dispatcher of the application's own", () => {
  it('[HTTP-DISPATCHER] serves every fetch, and stays open', async () => {
    const dispatched: string[] = [];
    const agent = new Agent();
    const dispatcher = agent.compose((dispatch) => (options, handler) => {
      dispatched.push(options.path);
      return dispatch(options, handler);
    });
    await fetchKeys({ dispatcher });
    expect(dispatched).toHaveLength(6);
    expect(issuer.counts).toMatchObject(everything);
    expect(agent).toMatchObject({ closed: false, destroyed: false });
    await agent.close();
  });
});

describe("a fetch of the application's own", () => {
  it('serves every fetch, with a deadline and without following redirects', async () => {
    const own = vi.fn<FetchLike>((url, init) => fetch(url, init));
    await fetchKeys({ fetch: own });
    expect(own).toHaveBeenCalledTimes(6);
    for (const [url, init] of own.mock.calls) {
      expect(url.startsWith(issuer.issuer)).toBe(true);
      expect(init).toMatchObject({ method: 'GET', redirect: 'manual', signal: expect.any(AbortSignal) });
    }
    expect(issuer.counts).toMatchObject(everything);
  });

  it('gets the headers that were configured', async () => {
    const own = vi.fn<FetchLike>((url, init) => fetch(url, init));
    await fetchKeys({ fetch: own, headers: { 'X-Gateway': 'a' } });
    for (const [, { headers }] of own.mock.calls) expect(new Headers(headers).get('x-gateway')).toBe('a');
  });
});

describe('the connections of a process', () => {
  it('are one for discovery and keys, and remain one', async () => {
    await fetchKeys();
    expect(issuer.counts).toMatchObject({ ...everything, connections: 1 });
  });

  it('[PROCESS-APART] and the keys are shared between different policies, and separate if documents are fetched differently', async () => {
    const options = { issuer: issuer.issuer, audience: issuer.audience };
    const policies = [
      {},
      { clockTolerance: 0 },
      { audience: null },
      { realm: 'x', optional: true },
      { tokenCache: false },
    ] as const;
    const sharing = policies.map((policy) => createVerifier({ ...options, ...policy }));
    await Promise.all(sharing.map((verifier) => verifier.verify(token)));
    expect(issuer.counts).toMatchObject({ discovery: 1, keys: 1, connections: 1 });
    const fetching = [{ http: { timeout: 3 } }, { http: { headers: { a: 'b' } } }, { keyCache: { ttl: 60 } }];
    const apart = fetching.map((other) => createVerifier({ ...options, ...other }));
    for (const verifier of apart) await verifier.verify(token);
    expect(issuer.counts).toMatchObject({ discovery: 4, keys: 4, connections: 2 });
    await Promise.all([...sharing, ...apart].map((verifier) => verifier.close()));
  });
});
