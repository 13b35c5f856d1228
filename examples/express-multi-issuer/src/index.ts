import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { startAuthorizationServer } from '@verifier/test-issuer';
import { createApi, type Trusted } from './api.ts';

const staff = await startAuthorizationServer({ path: '/staff', audience: 'api://staff' });
const partners = await startAuthorizationServer({ path: '/partners', audience: 'api://partners' });
const stranger = await startAuthorizationServer({ path: '/staff', audience: 'api://staff' });
const trust = ({ issuer, audience }: Trusted): Trusted => ({ issuer, audience });
const server = createApi(trust(staff), trust(partners)).listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address() as AddressInfo;

const tokens: Record<string, string> = {
  'the staff': await staff.token(),
  'a partner': await partners.token(),
  'a stranger': await stranger.token(),
  'a partner for the staff': await partners.token({ audience: staff.audience }),
  // Signed by the partners' server, with the name of the other in it.
  'a partner as the staff': await partners.sign({ iss: staff.issuer, aud: staff.audience }),
};

async function ask(path: string, who: string): Promise<number> {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
    headers: { authorization: `Bearer ${tokens[who]}` },
  });
  console.log(`${path.padEnd(9)} ${who.padEnd(24)} ${answer.status}`);
  return answer.status;
}

const table: Record<string, Record<string, number>> = {
  '/orders': {
    'the staff': 200,
    'a partner': 200,
    'a stranger': 401,
    'a partner for the staff': 401,
    'a partner as the staff': 401,
  },
  '/payroll': { 'the staff': 200, 'a partner': 403 },
};

for (const [path, expected] of Object.entries(table)) {
  for (const [who, status] of Object.entries(expected)) assert.equal(await ask(path, who), status, `${path} as ${who}`);
}
assert.equal(stranger.counts.discovery, 0, 'who is not trusted is not asked');

console.log('The server of the partners goes away.');
await partners.stop();
assert.equal(await ask('/orders', 'the staff'), 200);
assert.equal(await ask('/orders', 'a partner'), 200);

server.close();
server.closeAllConnections();
await Promise.all([staff, partners, stranger].map((issuer) => issuer.close()));
