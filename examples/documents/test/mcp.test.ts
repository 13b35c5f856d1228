import { describe, expect, it } from 'vitest';
import { startScenario } from './scenario.ts';

const resource = 'https://mcp.example.com/mcp';
const metadata = '/.well-known/oauth-protected-resource/mcp';

const servers = [
  ['Express', "requireScopes('notes:read')"],
  ['Fastify', 'auth.fastify'],
  ['Node.js', 'auth.node(handle)'],
  ['@rekog/mcp-nest', '@rekog/mcp-nest'],
] as const;

describe.each(servers)('the server in docs/mcp.md with %s', (_name, text) => {
  it('[MCP-GUARDED] refuses requests without a token, and serves the metadata', async () => {
    const { origin, get, issuer } = await startScenario('docs/mcp.md', text);
    const post = async (token?: string): Promise<Response> => {
      const headers: Record<string, string> = {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
      };
      if (token !== undefined) headers['authorization'] = `Bearer ${token}`;
      const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' });
      return fetch(`${origin}/mcp`, { method: 'POST', headers, body });
    };
    const refused = await post();
    expect(refused.status).toBe(401);
    expect(refused.headers.get('www-authenticate')).toContain(`resource_metadata="https://mcp.example.com${metadata}"`);
    expect(await (await get(metadata)).json()).toMatchObject({ resource, authorization_servers: [issuer.issuer] });
    expect((await post(await issuer.sign({ aud: resource, scope: 'notes:read' }))).status).toBe(200);
    expect((await post(await issuer.sign({ scope: 'notes:read' }))).status).toBe(401);
  });
});

it('[MCP-SCOPES] a tool of @rekog/mcp-nest requires its scopes', async () => {
  const { origin, issuer } = await startScenario('docs/mcp.md', '@rekog/mcp-nest');
  const call = async (scope: string): Promise<Response> =>
    fetch(`${origin}/mcp`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        authorization: `Bearer ${await issuer.sign({ aud: resource, scope })}`,
      },
      body: JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method: 'tools/call',
        params: { name: 'list-notes', arguments: {} },
      }),
    });
  expect((await call('notes:read')).status).toBe(200);
  const denied = await call('notes:write');
  expect(denied.status).toBe(403);
  expect(denied.headers.get('www-authenticate')).toContain('scope="notes:read"');
});
