import { exchange, type HeaderList, type RawResponse } from '@verifier/conformance';
import { createVerifier, isConfigurationError, protectedResourceMetadata } from '@verifier/core';
import { type McpAuth, type McpAuthOptions, mcpAuth } from '@verifier/mcp';
import { type AuthorizationServer, startAuthorizationServer } from '@verifier/test-issuer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callOf, post, withHost } from './support/api.ts';
import { hosts } from './support/hosts.ts';

const url = 'https://mcp.example/mcp';
const metadataPath = '/.well-known/oauth-protected-resource/mcp';
const challenge = `Bearer realm="api", scope="notes:read", resource_metadata="https://mcp.example${metadataPath}"`;
let server: AuthorizationServer;

beforeAll(async () => {
  server = await startAuthorizationServer({ audience: url, scopes: ['notes:read', 'notes:write'] });
});

afterAll(() => server.close());

function authFor(options: object = {}): McpAuth {
  return mcpAuth({ issuer: server.issuer, resource: { url, scopes: ['notes:read'] }, ...options });
}

function fault(options: unknown): unknown {
  try {
    mcpAuth(options as McpAuthOptions);
  } catch (error) {
    return error;
  }
  return undefined;
}

describe.each(Object.entries(hosts))('on %s', (_name, listenerFor) => {
  it('[MCP-GUARDED] refuses a request without a token, and leads its client to the metadata', async () => {
    const answer = await withHost({ auth: authFor(), listenerFor }, async (origin) => {
      const response = await post(`${origin}/mcp`);
      return { status: response.status, challenge: response.headers.get('www-authenticate') };
    });
    expect(answer).toEqual({ status: 401, challenge });
  });

  it('[MCP-AUDIENCE] accepts tokens for the resource, and refuses those for another one', async () => {
    const tokens = await Promise.all([server.sign(), server.sign({ aud: 'https://mcp.example' })]);
    const statuses = await withHost({ auth: authFor(), listenerFor }, (origin) =>
      Promise.all(tokens.map(async (token) => (await post(`${origin}/mcp`, token)).status)),
    );
    expect(statuses).toEqual([200, 401]);
  });

  it('[MCP-PURPOSE] refuses an ID-JAG, which is for the authorization server', async () => {
    const token = await server.sign({ aud: url }, { header: { typ: 'oauth-id-jag+jwt' } });
    const [status, body] = await withHost({ auth: authFor(), listenerFor }, async (origin) => {
      const response = await post(`${origin}/mcp`, token);
      return [response.status, await response.json()];
    });
    expect(status).toBe(401);
    expect(body).toMatchObject({ error: 'invalid_token' });
  });

  it('[MCP-OUTAGE] answers 503 while the keys cannot be loaded', async () => {
    const auth = mcpAuth({ issuer: 'http://127.0.0.1:1', resource: { url } });
    const token = await server.sign({ iss: 'http://127.0.0.1:1' });
    const response = await withHost({ auth, listenerFor }, (origin) => post(`${origin}/mcp`, token));
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
  });

  it('[MCP-FORGED] changes no byte of an answer for another host, forwarded host or target', async () => {
    const auth = authFor();
    const answers = await withHost({ auth, listenerFor }, async (origin) => {
      const ask = (path: string, headers: HeaderList = []): Promise<RawResponse> =>
        exchange(origin, { method: 'GET', path, headers });
      const forged: HeaderList = [
        ['Host', 'other.example'],
        ['X-Forwarded-Host', 'other.example'],
        ['X-Forwarded-Proto', 'https'],
      ];
      const each = (path: string): Promise<RawResponse[]> =>
        Promise.all([ask(path), ask(path, forged), ask(`http://other.example${path}`)]);
      return { metadata: await each(metadataPath), denied: await each('/mcp') };
    });
    const facts = ({ status, headers, body }: RawResponse): unknown => ({
      status,
      body,
      challenge: headers.filter(([name]) => /^www-authenticate$/i.test(name)).map(([, value]) => value),
    });
    const document = JSON.stringify(protectedResourceMetadata(auth.verifier).document);
    for (const answer of answers.metadata)
      expect(facts(answer)).toEqual({ status: 200, body: document, challenge: [] });
    for (const answer of answers.denied) expect(facts(answer)).toMatchObject({ status: 401, challenge: [challenge] });
    expect(new Set(answers.denied.map(({ body }) => body)).size).toBe(1);
  });

  it('[MCP-METADATA] answers every method for the metadata before it authenticates', async () => {
    const statuses = await withHost({ auth: authFor(), listenerFor }, (origin) =>
      Promise.all(
        ['GET', 'HEAD', 'OPTIONS', 'DELETE'].map(async (method) => {
          const response = await fetch(`${origin}${metadataPath}`, { method });
          return [method, response.status, response.headers.get('access-control-allow-origin')];
        }),
      ),
    );
    expect(statuses).toEqual([
      ['GET', 200, '*'],
      ['HEAD', 200, '*'],
      ['OPTIONS', 204, '*'],
      ['DELETE', 405, '*'],
    ]);
  });

  it('[MCP-SCOPES] answers 403 with every scope of the tool, and accepts a scope that implies it', async () => {
    const auth = authFor({ scopeImplies: { 'notes:write': ['notes:read'] } });
    const [reader, writer] = await Promise.all(
      ['notes:read', 'notes:write'].map((scope) => server.sign({ scope, aud: url })),
    );
    const results = await withHost({ auth, listenerFor }, async (origin) => {
      const call = (tool: string, token?: string): Promise<Response> => post(`${origin}/mcp`, token, callOf(tool));
      return {
        denied: await call('add-note', reader),
        implied: await call('list-notes', writer),
      };
    });
    expect(results.denied.status).toBe(403);
    const denied = results.denied.headers.get('www-authenticate');
    expect(denied).toContain('error="insufficient_scope"');
    expect(denied).toContain('scope="notes:write"');
    expect(denied).toContain(`resource_metadata="https://mcp.example${metadataPath}"`);
    expect(results.implied.status).toBe(200);
  });
});

describe('mcpAuth', () => {
  it.each<readonly [string, unknown, RegExp]>([
    ['no resource', { issuer: 'https://login.example', audience: 'api' }, /mcpAuth requires resource/],
    ['no options', undefined, /mcpAuth requires resource/],
    [
      'a verifier without one',
      { verifier: createVerifier({ issuer: 'https://a.example', audience: 'a' }) },
      /resource/,
    ],
    ['optional', { issuer: 'https://login.example', resource: { url }, optional: true }, /neither optional/],
    ['onError', { issuer: 'https://login.example', resource: { url }, onError: 'framework' }, /neither optional/],
    ['a misspelled option', { issuer: 'https://login.example', resource: { url }, audiance: 'a' }, /audience/],
  ])('[MCP-OPTIONS] refuses %s', (_name, options, message) => {
    const error = fault(options);
    expect(isConfigurationError(error)).toBe(true);
    expect(String(error)).toMatch(message);
  });

  it('[MCP-GUARDED] requires a token, also with a verifier that accepts anonymous requests', async () => {
    const verifier = createVerifier({ issuer: server.issuer, resource: { url }, optional: true });
    const response = await mcpAuth({ verifier }).authenticate(new Request(url));
    expect((response as Response).status).toBe(401);
    await verifier.close();
  });

  it('[MCP-FETCH] authenticates one request of the Fetch API, and serves the metadata', async () => {
    const auth = authFor();
    const headers = { authorization: `Bearer ${await server.sign({ sub: 'alice', scope: 'notes:read' })}` };
    expect(await auth.authenticate(new Request(url, { headers }))).toMatchObject({ scopes: ['notes:read'] });
    expect(await auth.metadata(new Request(url))).toBeUndefined();
    const document = await auth.metadata(new Request(`https://other.example${metadataPath}`));
    expect(await document?.json()).toMatchObject({ resource: url, authorization_servers: [server.issuer] });
    await auth.verifier.close();
  });

  it('[MCP-GUARDED] a validate that throws is the error of the framework, and calls no handler', async () => {
    const auth = authFor({ validate: () => Promise.reject(new Error('database')) });
    let calls = 0;
    const count = (): void => {
      calls += 1;
    };
    const status = await withHost({ auth, listenerFor: (guard) => guard.node(count) }, async (origin) => {
      return (await post(`${origin}/mcp`, await server.sign())).status;
    });
    expect([status, calls]).toEqual([500, 0]);
  });
});
