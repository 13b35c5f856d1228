import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startAuthorizationServer } from '@verifier/test-issuer';
import { WebSocket as NodeWebSocket } from 'ws';
import { createFeedServer } from './feed-server.ts';

const issuer = await startAuthorizationServer({ scopes: ['read:orders'] });
const server = createFeedServer({ issuer: issuer.issuer, audience: issuer.audience }).listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address() as AddressInfo;
const origin = `127.0.0.1:${port}`;

const client = await issuer.token();
const reader = await issuer.token({ scope: 'read:orders' });

/** Opens a feed as a browser does: without headers. Returns the chosen subprotocol, or undefined if it was refused. */
async function openInBrowser(path: string, protocols: string[] = []): Promise<string | undefined> {
  const feed = new WebSocket(`ws://${origin}${path}`, protocols);
  return await new Promise((resolve) => {
    feed.onerror = () => resolve(undefined);
    feed.onmessage = () => {
      resolve(feed.protocol);
      feed.close();
    };
  });
}

/** Opens a feed with a client that can set headers. Returns the status and the challenge. */
async function openWithHeader(token?: string, more: object = {}): Promise<[status: number, challenge: string]> {
  const headers = { ...(token === undefined ? {} : { authorization: `Bearer ${token}` }), ...more };
  const feed = new NodeWebSocket(`ws://${origin}/feed`, { headers });
  return await new Promise((resolve) => {
    feed.on('unexpected-response', (_request, { statusCode = 0, headers: answer }: IncomingMessage) => {
      resolve([statusCode, answer['www-authenticate'] ?? '']);
    });
    feed.on('message', () => {
      resolve([101, '']);
      feed.close();
    });
  });
}

async function requestTicket(token: string): Promise<string> {
  const answer = await fetch(`http://${origin}/tickets`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
  });
  const { ticket }: { ticket: string } = Object(await answer.json());
  return ticket;
}

for (const [name, token, status] of [
  ['anonymous', undefined, 401],
  ['client', client, 403],
  ['nonsense', 'nonsense', 401],
  ['reader', reader, 101],
] as const) {
  const answer = await openWithHeader(token);
  console.log(`Authorization  ${name.padEnd(9)} ${answer.join('  ')}`);
  assert.equal(answer[0], status, name);
  assert.equal(answer[1] !== '', status >= 400, `the challenge of ${name}`);
}

assert.equal(await openInBrowser('/feed', ['orders.v1', `bearer.${reader}`]), 'orders.v1', 'a token in a subprotocol');
assert.equal(await openInBrowser('/feed', ['orders.v1', `bearer.${client}`]), undefined, 'a token without the scope');
assert.equal(await openInBrowser('/feed', ['orders.v1']), undefined, 'no token');
const [malformedHost] = await openWithHeader(undefined, { host: 'a b' });
assert.equal(malformedHost, 401, 'a malformed Host header');

const ticket = await requestTicket(reader);
assert.equal(await openInBrowser(`/feed?ticket=${ticket}`), '', 'a ticket');
assert.equal(await openInBrowser(`/feed?ticket=${ticket}`), undefined, 'a ticket that was used');
assert.equal(await openInBrowser(`/feed?access_token=${reader}`), undefined, 'a token in the URL');
console.log('Subprotocol and ticket: accepted once each, refused without the scope, used or absent');

assert.deepEqual([issuer.counts.discovery, issuer.counts.keys], [1, 1], 'one discovery and one key fetch in all');
server.close();
server.closeAllConnections();
await issuer.close();
