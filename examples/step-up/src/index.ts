import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { startAuthorizationServer } from '@verifier/test-issuer';
import { createApi } from './api.ts';
import { fetchWithStepUp, type LoginRequest, type Session } from './fetch-with-step-up.ts';

const issuer = await startAuthorizationServer({ audience: 'https://bank.example' });
const server = createApi({ issuer: issuer.issuer, audience: issuer.audience }).listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address() as AddressInfo;
const origin = `http://127.0.0.1:${port}`;

const now = (): number => Math.floor(Date.now() / 1000);
// The access token of an authorization code, without the pages of a login.
const tokenFor = (scope: string, loggedInAt: number): Promise<string> =>
  issuer.sign({ sub: 'alice', scope, auth_time: loggedInAt });

const logins: LoginRequest[] = [];
const session: Session = {
  token: await tokenFor('account:read transfers:write', now() - 3600),
  login: (request) => {
    logins.push(request);
    return tokenFor(`account:read ${request['scope']}`, now());
  },
};

async function expectStatus(expected: number, method: string, path: string, loginsSoFar: number): Promise<void> {
  const response = await fetchWithStepUp(`${origin}${path}`, { method }, session);
  console.log(`${method.padEnd(4)} ${path.padEnd(10)} ${response.status}  logins: ${logins.length}`);
  assert.equal(response.status, expected, `${method} ${path}`);
  assert.equal(logins.length, loginsSoFar, `logins after ${method} ${path}`);
}

const refused = await fetch(`${origin}/transfers`, {
  method: 'POST',
  headers: { authorization: `Bearer ${session.token}` },
});
console.log(`POST /transfers ${refused.status}  ${refused.headers.get('www-authenticate')}`);
assert.equal(refused.status, 401);

await expectStatus(200, 'GET', '/balance', 0);
await expectStatus(201, 'POST', '/transfers', 1);
await expectStatus(201, 'POST', '/transfers', 1);
assert.deepEqual(logins, [{ acr_values: undefined, max_age: '300', scope: 'transfers:write' }]);

// A recent login does not replace a scope.
session.token = await tokenFor('account:read', now());
await expectStatus(403, 'POST', '/transfers', 1);

server.close();
server.closeAllConnections();
await issuer.close();
