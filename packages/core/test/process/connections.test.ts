import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { type AuthorizationServer, startAuthorizationServer } from '@verifier/test-issuer';
import { Agent } from 'undici';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
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

describe('a proxy', () => {
  let proxy: Server;
  let passed: string[];

  beforeEach(async () => {
    passed = [];
    proxy = createProxy(passed).listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    for (const name of ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy']) {
      vi.stubEnv(name, undefined);
    }
  });

  afterEach(async () => {
    proxy.closeAllConnections();
    proxy.close();
    await once(proxy, 'close');
  });

  function proxyUrl(): string {
    return `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  }

  it.each(['HTTP_PROXY', 'http_proxy'])('[HTTP-PROXY] that %s names is used for every fetch', async (name) => {
    vi.stubEnv(name, proxyUrl());
    await fetchKeys();
    expect(passed.length).toBeGreaterThan(0);
    expect(issuer.counts).toMatchObject(everything);
    expect(new Set(passed)).toEqual(new Set([new URL(issuer.issuer).host]));
  });

  it.each(['NO_PROXY', 'no_proxy'])('[HTTP-PROXY] is not used for the hosts in %s', async (name) => {
    vi.stubEnv('HTTP_PROXY', proxyUrl());
    vi.stubEnv(name, 'other.example,127.0.0.1');
    await fetchKeys();
    expect(passed).toEqual([]);
    expect(issuer.counts).toMatchObject(everything);
  });

  it('does not apply to a verifier with its own dispatcher', async () => {
    vi.stubEnv('HTTP_PROXY', proxyUrl());
    const dispatcher = new Agent();
    await fetchKeys({ dispatcher });
    expect(passed).toEqual([]);
    await dispatcher.close();
  });

  it('that is gone is an outage, not a bad token', async () => {
    vi.spyOn(process, 'emitWarning').mockReturnValue(undefined);
    vi.stubEnv('HTTP_PROXY', 'http://127.0.0.1:9');
    await expect(fetchKeys()).rejects.toMatchObject({ code: 'ERR_DISCOVERY_FAILED', status: 503 });
    expect(issuer.counts).toMatchObject({ discovery: 0, keys: 0 });
  });
});

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

/** A proxy that forwards requests and opens tunnels, and remembers to which hosts. */
function createProxy(passed: string[]): Server {
  const server = createServer((incoming, outgoing) => {
    const target = new URL(incoming.url ?? '');
    passed.push(target.host);
    const { method, headers } = incoming;
    request(target, { method, headers, agent: false } as object, (response) => {
      outgoing.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(outgoing);
    }).end();
  });
  return server.on('connect', (incoming: IncomingMessage, socket) => {
    const [host, port] = (incoming.url ?? '').split(':');
    passed.push(incoming.url ?? '');
    const tunnel = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      tunnel.pipe(socket).pipe(tunnel);
    });
    socket.on('error', () => tunnel.destroy());
    tunnel.on('error', () => socket.destroy());
  });
}
