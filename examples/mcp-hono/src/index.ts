import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { LoginClient, startAuthorizationServer } from '@verifier/test-issuer';
import { createApp } from './app.ts';
import { NotesClient } from './notes-client.ts';

const issuer = await startAuthorizationServer({
  scopes: ['notes:read', 'notes:write'],
  metadata: 'both',
  redirectUri: 'http://127.0.0.1/callback',
});
const server = createServer().listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address() as AddressInfo;
const url = `http://127.0.0.1:${port}/mcp`;
const resource = { url, scopes: ['notes:read'], name: 'Notes' };
const scopeImplies = { 'notes:write': ['notes:read'] };
const app = createApp({ issuer: issuer.issuer, resource, scopeImplies });
server.on('request', getRequestListener(app.fetch));

const refused = await fetch(url, { method: 'POST' });
console.log(`1. refused: ${refused.status} ${refused.headers.get('www-authenticate')}`);
assert.equal(refused.status, 401);

const metadataUrl = /resource_metadata="([^"]*)"/.exec(refused.headers.get('www-authenticate') ?? '')?.[1] ?? '';
const metadata = Object(await (await fetch(metadataUrl)).json());
console.log(`2. discovered: ${metadata.authorization_servers[0]}, the authorization server of ${metadata.resource}`);
assert.deepEqual([metadata.resource, metadata.authorization_servers], [url, [issuer.issuer]]);

const login = new LoginClient(issuer);
const client = new NotesClient(url, login);
assert.equal(await client.connect(), true);
console.log(`3. logged in, with the scopes: ${login.logins.at(-1)}`);
assert.deepEqual(login.logins, ['notes:read']);

const listed = await client.call('list-notes');
console.log(`4. called list-notes: ${listed}`);
assert.equal(listed, 'buy milk');
assert.equal(login.logins.length, 1);

const added = await client.call('add-note', { note: 'call Bob' });
console.log(`5. add-note requires another scope: logged in again, with ${login.logins.at(-1)}`);
console.log(`6. called add-note: ${added}`);
assert.deepEqual([added, login.logins], ['added by alice', ['notes:read', 'notes:write']]);

const listedAgain = await client.call('list-notes');
console.log(`7. called list-notes with the new token: ${listedAgain}`);
assert.deepEqual([listedAgain, login.logins.length], ['buy milk, call Bob', 2]);

await client.close();
server.close();
server.closeAllConnections();
await issuer.close();
