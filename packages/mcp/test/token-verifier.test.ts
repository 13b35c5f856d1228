import { requireBearerAuth as requireBearerAuth2 } from '@modelcontextprotocol/express';
import { requireBearerAuth as requireBearerAuth1 } from '@modelcontextprotocol/sdk/server/auth/middleware/bearerAuth.js';
import { createVerifier, protectedResourceMetadata, type Verifier } from '@verifier/core';
import { tokenVerifier as tokenVerifier1 } from '@verifier/mcp/v1';
import { tokenVerifier as tokenVerifier2 } from '@verifier/mcp/v2';
import { type AuthorizationServer, startAuthorizationServer } from '@verifier/test-issuer';
import express, { type RequestHandler } from 'express';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { post } from './support/api.ts';
import { startHost } from './support/hosts.ts';

const url = 'https://mcp.example/mcp';
let server: AuthorizationServer;

beforeAll(async () => {
  server = await startAuthorizationServer({ audience: url });
});

afterAll(() => server.close());

type Gate = (verifier: Verifier) => RequestHandler;

const gates: Readonly<Record<string, Gate>> = {
  'SDK 2': (verifier) => {
    const { url: resourceMetadataUrl } = protectedResourceMetadata(verifier);
    return requireBearerAuth2({
      verifier: tokenVerifier2(verifier),
      resourceMetadataUrl,
      expectedResource: new URL(url),
    });
  },
  'SDK 1': (verifier) => {
    const { url: resourceMetadataUrl } = protectedResourceMetadata(verifier);
    return requireBearerAuth1({
      verifier: tokenVerifier1(verifier),
      resourceMetadataUrl,
      expectedResource: new URL(url),
    });
  },
};

async function ask(gate: Gate, token: string, issuer = server.issuer): Promise<Response> {
  const verifier = createVerifier({ issuer, resource: { url } });
  const host = await startHost();
  host.serve(express().use(gate(verifier), (req, res) => void res.json(Object(req).auth)));
  try {
    return await post(host.url, token);
  } finally {
    await host.close();
    await verifier.close();
  }
}

describe.each(Object.entries(gates))('tokenVerifier with requireBearerAuth of %s', (_name, gate) => {
  it('[MCP-TOKEN-VERIFIER] accepts a token, and passes the caller on', async () => {
    const response = await ask(gate, await server.sign({ sub: 'alice', scope: 'a b' }));
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      clientId: 'test-client',
      scopes: ['a', 'b'],
      extra: { subject: 'alice' },
    });
  });

  it.each([
    ['not a token', async () => 'x'],
    ['expired', () => server.sign({ exp: 1 })],
    ['for another audience', () => server.sign({ aud: 'other' })],
    ['an ID-JAG', () => server.sign({}, { header: { typ: 'oauth-id-jag+jwt' } })],
    ['bound to a key', () => server.sign({ cnf: { jkt: 'x' } })],
    ['of another issuer', () => server.sign({ iss: 'https://other.example' })],
  ])('[MCP-TOKEN-VERIFIER] a token that is %s is the 401 of the SDK', async (_kind, tokenFor) => {
    const response = await ask(gate, await tokenFor());
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toMatch(/^Bearer error="invalid_token"/);
    expect(await response.json()).toMatchObject({
      error: 'invalid_token',
      error_description: expect.stringMatching(/^The access token/),
    });
  });

  it('[MCP-TOKEN-VERIFIER] an outage is never a bad token', async () => {
    const token = await server.sign({ iss: 'http://127.0.0.1:1' });
    const response = await ask(gate, token, 'http://127.0.0.1:1');
    expect(response.status).toBe(500);
    expect(await response.json()).toMatchObject({ error: 'server_error' });
  });
});
