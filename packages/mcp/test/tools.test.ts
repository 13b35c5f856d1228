import { createVerifier, hasScope, isConfigurationError, type VerifiedToken, type Verifier } from '@verifier/core';
import { getAuth, requireScopes, toAuthInfo } from '@verifier/mcp';
import { type AuthorizationServer, startAuthorizationServer } from '@verifier/test-issuer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const url = 'https://mcp.example/mcp';
const request = { method: 'tools/call', params: { name: 'add', arguments: { draft: true } } };
let server: AuthorizationServer;
let verifier: Verifier;

beforeAll(async () => {
  server = await startAuthorizationServer({ audience: url });
  verifier = createVerifier({
    issuer: server.issuer,
    resource: { url },
    scopeImplies: { 'notes:admin': ['notes:write'], 'notes:write': ['notes:read'] },
  });
});

afterAll(async () => {
  await verifier.close();
  await server.close();
});

async function authWith(scope: string): Promise<VerifiedToken> {
  return verifier.verify(await server.sign({ sub: 'alice', scope }));
}

describe('toAuthInfo', () => {
  it('[MCP-AUTH-INFO] has the members of the SDK, also after it is copied', async () => {
    const auth = await authWith('notes:write');
    const info = { ...toAuthInfo(auth, verifier) };
    expect(info).toMatchObject({
      token: auth.token,
      clientId: 'test-client',
      scopes: ['notes:write'],
      expiresAt: auth.expiresAt,
      resource: new URL(url),
      resourceMetadataUrl: 'https://mcp.example/.well-known/oauth-protected-resource/mcp',
      extra: { issuer: server.issuer, subject: 'alice', claims: { sub: 'alice' } },
    });
    expect(info.scopes).not.toBe(auth.scopes);
    expect(hasScope(getAuth(info), 'notes:read')).toBe(true);
  });

  it('[MCP-AUTH-INFO] names no resource without a verifier that has one', async () => {
    const info = toAuthInfo(await authWith('a'));
    expect(info).not.toHaveProperty('resource');
    expect(info).not.toHaveProperty('resourceMetadataUrl');
  });

  it('[MCP-AUTH-INFO] getAuth() knows no other caller', () => {
    expect(getAuth(undefined)).toBeUndefined();
    expect(getAuth({ scopes: ['notes:admin'] })).toBeUndefined();
    expect(getAuth(Object.create(toAuthInfo(Object({ scopes: [] }))))).toBeUndefined();
  });
});

describe('requireScopes', () => {
  const scopes = ['notes:read', 'notes:write'] as const;

  it.each([
    ['all scopes', 'notes:read notes:write', true],
    ['a scope that implies them', 'notes:admin', true],
    ['one of them', 'notes:read', false],
    ['another scope', 'notes:write:all', false],
    ['no scope', '', false],
  ])('[MCP-SCOPES] decides for a token with %s', async (_name, scope, isGranted) => {
    const info = toAuthInfo(await authWith(scope), verifier);
    for (const authInfo of [info, { ...info }]) {
      const challenge = requireScopes(...scopes)({ request, authInfo });
      expect(challenge?.scopes).toEqual(isGranted ? undefined : scopes);
    }
  });

  it('[MCP-SCOPES] selects scopes by the request', async () => {
    const authInfo = toAuthInfo(await authWith('notes:read'), verifier);
    const byArguments = requireScopes(({ params }) =>
      Object(params).arguments.draft ? 'notes:read' : ['notes:read', 'notes:write'],
    );
    expect(byArguments({ request, authInfo })).toBeUndefined();
    const publish = { ...request, params: { name: 'add', arguments: { draft: false } } };
    expect(byArguments({ request: publish, authInfo })?.scopes).toEqual(['notes:read', 'notes:write']);
  });

  it('[MCP-SCOPES] compares the scopes of an AuthInfo from another guard', () => {
    const required = requireScopes('notes:read');
    expect(required({ request, authInfo: { scopes: ['notes:read'] } })).toBeUndefined();
    expect(required({ request, authInfo: { scopes: ['notes:admin'] } })?.scopes).toEqual(['notes:read']);
  });

  it('[MCP-SCOPES] reads scopes with spaces between them, each once', () => {
    expect(requireScopes('notes:read notes:write', 'notes:read')({ request })?.scopes).toEqual(scopes);
    expect(requireScopes(() => 'notes:read notes:write')({ request })?.scopes).toEqual(scopes);
  });

  it('[MCP-SCOPES] denies a request that no guard authenticated', () => {
    expect(requireScopes('notes:read')({ request })?.scopes).toEqual(['notes:read']);
  });

  it.each<readonly [string, () => unknown]>([
    ['no scope', () => requireScopes()],
    ['an empty scope', () => requireScopes('')],
    ['an illegal scope', () => requireScopes('notes"read')],
    ['an undefined scope', () => requireScopes(Object(undefined))],
    ['a function that returns none', () => requireScopes(() => [])({ request, authInfo: { scopes: [] } })],
  ])('[MCP-OPTIONS] refuses %s', (_name, call) => {
    let thrown: unknown;
    try {
      call();
    } catch (error) {
      thrown = error;
    }
    expect(isConfigurationError(thrown)).toBe(true);
  });
});
