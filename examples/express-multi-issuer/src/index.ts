import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { startAuthorizationServer } from '@verifier/test-issuer';
import { createApi, type Trusted } from './api.ts';

const employees = await startAuthorizationServer({ path: '/employees', audience: 'api://employees' });
const partners = await startAuthorizationServer({ path: '/partners', audience: 'api://partners' });
const untrusted = await startAuthorizationServer({ path: '/employees', audience: 'api://employees' });
const trust = ({ issuer, audience }: Trusted): Trusted => ({ issuer, audience });
const server = createApi(trust(employees), trust(partners)).listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address() as AddressInfo;

const tokens: Record<string, string> = {
  employee: await employees.token(),
  partner: await partners.token(),
  'untrusted issuer': await untrusted.token(),
  'partner, wrong audience': await partners.token({ audience: employees.audience }),
  // Signed by the partners' server, but names the employees' server as the issuer.
  'partner, forged issuer': await partners.sign({ iss: employees.issuer, aud: employees.audience }),
};

async function statusOf(path: string, caller: string): Promise<number> {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
    headers: { authorization: `Bearer ${tokens[caller]}` },
  });
  console.log(`${path.padEnd(9)} ${caller.padEnd(23)} ${answer.status}`);
  return answer.status;
}

const table: Record<string, Record<string, number>> = {
  '/orders': {
    employee: 200,
    partner: 200,
    'untrusted issuer': 401,
    'partner, wrong audience': 401,
    'partner, forged issuer': 401,
  },
  '/payroll': { employee: 200, partner: 403 },
};

for (const [path, expected] of Object.entries(table)) {
  for (const [caller, status] of Object.entries(expected))
    assert.equal(await statusOf(path, caller), status, `${path} as ${caller}`);
}
assert.equal(untrusted.counts.discovery, 0, 'no fetch from an untrusted issuer');

console.log('The server of the partners stops.');
await partners.stop();
assert.equal(await statusOf('/orders', 'employee'), 200);
assert.equal(await statusOf('/orders', 'partner'), 200);

server.close();
server.closeAllConnections();
await Promise.all([employees, partners, untrusted].map((issuer) => issuer.close()));
