import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type ServerType, serve, upgradeWebSocket } from '@hono/node-server';
import { bearerAuth, type GuardOptions, getAuth, requireScope } from '@verifier/hono';
import { type AuthorizationServer, startAuthorizationServer } from '@verifier/test-issuer';
import { Hono } from 'hono';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';

let issuer: AuthorizationServer;
let token: string;
const servers: ServerType[] = [];

beforeAll(async () => {
  issuer = await startAuthorizationServer();
  token = await issuer.token({ scope: 'read' });
});

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

afterAll(() => issuer.close());

const createEvents = vi.fn();

async function start(options: Partial<GuardOptions> = {}): Promise<string> {
  const auth = bearerAuth({ issuer: issuer.issuer, audience: issuer.audience, ...options } as GuardOptions);
  const feed = upgradeWebSocket((c) => {
    createEvents();
    return { onOpen: (_event, socket) => socket.send(getAuth(c).scopes.join()) };
  });
  const app = new Hono().use(auth).get('/feed', requireScope('read'), feed);
  const websocket = { server: Object(new WebSocketServer({ noServer: true })) };
  const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1', websocket });
  servers.push(server);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return `ws://127.0.0.1:${port}`;
}

/** Opens a WebSocket. Returns its first message, or the status and headers of the refusal. */
async function open(url: string, sent?: string): Promise<object> {
  const headers: Record<string, string> = sent === undefined ? {} : { authorization: `Bearer ${sent}` };
  const socket = new WebSocket(url, { headers });
  socket.on('error', () => undefined);
  const denied = once(socket, 'unexpected-response').then(([, answer]) => {
    answer.resume();
    return { status: answer.statusCode, headers: answer.headers };
  });
  const message = once(socket, 'message').then(([data]) => ({ message: String(data) }));
  const outcome = await Promise.race([denied, message]);
  socket.terminate();
  return outcome;
}

describe.each(['respond', 'framework'] as const)("[UPGRADE-GUARD] a WebSocket, onError: '%s'", (onError) => {
  it('is opened with a valid token', async () => {
    expect(await open(`${await start({ onError })}/feed`, token)).toEqual({ message: 'read' });
  });

  it('is refused before the upgrade', async () => {
    createEvents.mockClear();
    const origin = await start({ onError });
    expect(await open(`${origin}/feed`)).toMatchObject({
      status: 401,
      headers: { 'www-authenticate': 'Bearer realm="api"', 'cache-control': 'no-store' },
    });
    expect(await open(`${origin}/feed`, 'nonsense')).toMatchObject({ status: 401 });
    expect(await open(`${origin}/feed`, await issuer.token())).toMatchObject({
      status: 403,
      headers: { 'www-authenticate': expect.stringContaining('scope="read"') },
    });
    expect(await open(`${origin}/unknown`)).toMatchObject({ status: 401 });
    expect(createEvents).not.toHaveBeenCalled();
  });
});
