import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { startAuthorizationServer } from '@verifier/test-issuer';
import { createApi } from './api.ts';

const issuer = await startAuthorizationServer({ path: '/oauth2/default', scopes: ['read:orders'] });
process.env['OKTA_OAUTH2_ISSUER'] = issuer.issuer;
const server = createApi().listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address() as AddressInfo;

const tokens: Record<string, string | undefined> = {
  anonymous: undefined,
  client: await issuer.token(),
  reader: await issuer.token({ scope: 'read:orders' }),
};

// The expected status for each route and caller.
const table: Record<string, Record<string, number>> = {
  '/health': { anonymous: 200, client: 200, reader: 200 },
  '/profile': { anonymous: 401, client: 200, reader: 200 },
  '/orders': { anonymous: 401, client: 403, reader: 200 },
};

for (const [path, expected] of Object.entries(table)) {
  for (const [caller, status] of Object.entries(expected)) {
    const token = tokens[caller];
    const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { headers });
    console.log(
      `${path.padEnd(9)} ${caller.padEnd(9)} ${answer.status}  ${answer.headers.get('www-authenticate') ?? ''}`,
    );
    assert.equal(answer.status, status, `${path} as ${caller}`);
  }
}

assert.deepEqual([issuer.counts.discovery, issuer.counts.keys], [1, 1], 'one discovery and one key fetch in all');
server.close();
server.closeAllConnections();
await issuer.close();
