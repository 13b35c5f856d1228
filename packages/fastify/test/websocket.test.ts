import { once } from 'node:events';
import fastifyWebsocket from '@fastify/websocket';
import { bearerAuth, getAuth, type VerifierOptions } from '@verifier/fastify';
import { type AuthorizationServer, startAuthorizationServer } from '@verifier/test-issuer';
import fastify, { type FastifyInstance } from 'fastify';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';

let issuer: AuthorizationServer;
let token: string;
const servers: FastifyInstance[] = [];

beforeAll(async () => {
  issuer = await startAuthorizationServer();
  token = await issuer.token({ scope: 'read' });
});

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

afterAll(() => issuer.close());

interface Settings {
  readonly guard: 'config.auth' | 'onRequest' | 'preHandler';
  readonly onError?: 'respond' | 'framework';
  readonly getToken?: NonNullable<VerifierOptions['getToken']>;
}

const opened = vi.fn();

async function start({ guard, ...options }: Settings): Promise<string> {
  const server = fastify({ forceCloseConnections: true });
  servers.push(server);
  await server.register(fastifyWebsocket);
  await server.register(bearerAuth, {
    ...options,
    issuer: issuer.issuer,
    audience: issuer.audience,
    global: guard === 'config.auth',
  });
  const scope = server.requireScope('read');
  const route = guard === 'config.auth' ? { config: { auth: { scope: 'read' } } } : { [guard]: scope };
  server.get('/feed', { websocket: true, ...route }, (socket, request) => {
    opened();
    socket.send(getAuth(request).scopes.join());
  });
  return (await server.listen({ port: 0, host: '127.0.0.1' })).replace('http', 'ws');
}

/** Opens a WebSocket. Returns its first message, or the status and headers of the refusal. */
async function open(url: string, sent?: string, protocols: string[] = []): Promise<object> {
  const headers: Record<string, string> = sent === undefined ? {} : { authorization: `Bearer ${sent}` };
  const socket = new WebSocket(url, protocols, { headers });
  socket.on('error', () => undefined);
  const denied = once(socket, 'unexpected-response').then(([, answer]) => {
    answer.resume();
    return { status: answer.statusCode, headers: answer.headers };
  });
  const message = once(socket, 'message').then(([data]) => ({ message: String(data), protocol: socket.protocol }));
  const outcome = await Promise.race([denied, message]);
  socket.terminate();
  return outcome;
}

describe.each(['config.auth', 'onRequest', 'preHandler'] as const)('[UPGRADE-GUARD] a WebSocket with %s', (guard) => {
  it('is opened with a valid token', async () => {
    expect(await open(`${await start({ guard })}/feed`, token)).toMatchObject({ message: 'read' });
  });

  it.each(['respond', 'framework'] as const)("is refused before the upgrade, onError: '%s'", async (onError) => {
    opened.mockClear();
    const origin = await start({ guard, onError });
    expect(await open(`${origin}/feed`)).toMatchObject({
      status: 401,
      headers: { 'www-authenticate': 'Bearer realm="api"', 'cache-control': 'no-store' },
    });
    expect(await open(`${origin}/feed`, 'nonsense')).toMatchObject({ status: 401 });
    expect(await open(`${origin}/feed`, await issuer.token())).toMatchObject({
      status: 403,
      headers: { 'www-authenticate': expect.stringContaining('scope="read"') },
    });
    expect(opened).not.toHaveBeenCalled();
  });
});

it('[UPGRADE-GUARD] a WebSocket for an unknown path is refused', async () => {
  const origin = await start({ guard: 'config.auth' });
  expect(await open(`${origin}/unknown`)).toMatchObject({ status: 401 });
  expect(await open(`${origin}/unknown`, token)).toMatchObject({ status: 404 });
});

it('takes the token of a browser from a subprotocol with getToken', async () => {
  const origin = await start({
    guard: 'config.auth',
    getToken: (request) =>
      request
        .header('sec-websocket-protocol')
        .flatMap((list) => list.split(','))
        .map((name) => name.trim())
        .find((name) => name.startsWith('bearer.'))
        ?.slice('bearer.'.length),
  });
  expect(await open(`${origin}/feed`, undefined, ['feed.v1', `bearer.${token}`])).toEqual({
    message: 'read',
    protocol: 'feed.v1',
  });
  expect(await open(`${origin}/feed`, undefined, ['feed.v1'])).toMatchObject({ status: 401 });
});
