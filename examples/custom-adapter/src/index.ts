import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { scopeRequirement } from '@verifier/core';
import { startAuthorizationServer } from '@verifier/test-issuer';
import Koa, { type Middleware } from 'koa';
import { bearerAuth, requires } from './koa-adapter.ts';

const issuer = await startAuthorizationServer({ scopes: ['read:orders'] });
const auth = bearerAuth({ issuer: issuer.issuer, audience: issuer.audience });
const ordersOnly = requires(scopeRequirement('read:orders'));

// Koa has no router; two paths do not need one.
const guardOrders: Middleware = (ctx, next) => (ctx.path === '/orders' ? ordersOnly(ctx, next) : next());
const app = new Koa().use(auth).use(guardOrders);
app.use((ctx) => {
  ctx.body = { client: ctx.state['auth'].clientId };
});

await auth.verifier.warmUp();
const server = app.listen(0, '127.0.0.1');
await once(server, 'listening');
const { port }: AddressInfo = Object(server.address());

const tokens = {
  anonymous: undefined,
  client: await issuer.token(),
  reader: await issuer.token({ scope: 'read:orders' }),
};

// The expected status for each route and caller.
const table = {
  '/profile': { anonymous: 401, client: 200, reader: 200 },
  '/orders': { anonymous: 401, client: 403, reader: 200 },
};

for (const [path, expected] of Object.entries(table)) {
  for (const [caller, status] of Object.entries(expected)) {
    const token = tokens[caller as keyof typeof tokens];
    const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { headers });
    const body = await answer.text();
    console.log(`GET ${path.padEnd(8)} ${caller.padEnd(9)} ${answer.status}  ${body}`);
    assert.equal(answer.status, status, `${path} as ${caller}`);
    const challenge = answer.headers.get('www-authenticate') ?? '';
    assert.equal(challenge !== '', status >= 401, `the challenge of ${path} as ${caller}`);
    if (status === 200) assert.equal(body, '{"client":"test-client"}');
  }
}

assert.deepEqual([issuer.counts.discovery, issuer.counts.keys], [1, 1], 'one discovery and one key fetch in all');
server.closeAllConnections();
server.close();
await auth.verifier.close();
await issuer.close();
