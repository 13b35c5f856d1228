import { mcpAuth } from '@verifier/mcp';
import { type AuthorizationServer, LoginClient, startAuthorizationServer } from '@verifier/test-issuer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clients, type McpClient } from './support/clients.ts';
import { hosts, startHost } from './support/hosts.ts';

const scopes = ['notes:read', 'notes:write'];
let server: AuthorizationServer;

beforeAll(async () => {
  server = await startAuthorizationServer({ redirectUri: 'http://127.0.0.1/callback', metadata: 'both', scopes });
});

afterAll(() => server.close());

describe.each(Object.entries(hosts))('on %s', (_host, listenerFor) => {
  it.each(Object.entries(clients))(
    '[MCP-CLIENTS] an unmodified client of %s finds the authorization server, logs in, and steps up',
    async (name, createClient) => {
      const host = await startHost();
      const auth = mcpAuth({ issuer: server.issuer, resource: { url: host.url, scopes: ['notes:read'] } });
      host.serve(await listenerFor(auth));
      const login = new LoginClient(server);
      const open = (): McpClient => createClient(host.url, login);
      try {
        const refused = open();
        await expect(refused.connect()).rejects.toThrow('Unauthorized');
        await refused.finishLogin();
        const client = open();
        await client.connect();
        expect(await client.call('list-notes')).toEqual([{ type: 'text', text: 'notes of alice' }]);
        await expect(client.call('add-note')).rejects.toThrow('Unauthorized');
        await client.finishLogin();
        expect(await client.call('add-note')).toEqual([{ type: 'text', text: 'added' }]);
        // Version 1 requests what the challenge names; version 2 keeps the scopes that it had.
        expect(login.logins).toEqual(['notes:read', name === 'SDK 1' ? 'notes:write' : 'notes:read notes:write']);
        await client.close();
      } finally {
        await host.close();
        await auth.verifier.close();
      }
    },
  );
});
