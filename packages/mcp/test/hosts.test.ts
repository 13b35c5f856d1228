import { createVerifier, type RequestLike, type Verifier } from '@verifier/core';
import { mcpAuth } from '@verifier/mcp';
import { type AuthorizationServer, startAuthorizationServer } from '@verifier/test-issuer';
import Fastify from 'fastify';
import { Hono } from 'hono';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { post, withHost } from './support/api.ts';
import { hosts } from './support/hosts.ts';

const url = 'https://mcp.example/mcp';
let server: AuthorizationServer;

beforeAll(async () => {
  server = await startAuthorizationServer({ audience: url });
});

afterAll(() => server.close());

/** A verifier with a step of its own, before it answers as it does. */
function verifierWith(step: (request: RequestLike) => object): Verifier {
  const verifier = createVerifier({ issuer: server.issuer, resource: { url } });
  const authenticate: Verifier['authenticate'] = async (request, requirements) => {
    const headers = step(request);
    const result = await verifier.authenticate(request, requirements);
    return result.ok ? Object({ ...result, headers }) : result;
  };
  const { resource } = verifier;
  const challenge: Verifier['challenge'] = (...args) => verifier.challenge(...args);
  return Object({ resource, authenticate, challenge, close: () => verifier.close() });
}

// The module of Nest has tests of its own.
const ownHosts = Object.entries(hosts).filter(([name]) => name !== 'Nest');

describe.each(ownHosts)('on %s', (_name, listenerFor) => {
  it('[MCP-HEADERS] adds the headers of the verifier to a success of the MCP server', async () => {
    const auth = mcpAuth({ verifier: verifierWith(() => ({ 'DPoP-Nonce': 'next' })) });
    const response = await withHost({ auth, listenerFor }, async (origin) =>
      post(`${origin}/mcp`, await server.sign()),
    );
    expect(response.status).toBe(200);
    expect(response.headers.get('dpop-nonce')).toBe('next');
  });
});

it('[MCP-HEADERS] keeps the headers that an earlier hook of Fastify set on a denied request', async () => {
  const app = Fastify();
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('access-control-allow-origin', 'https://app.example');
  });
  const auth = mcpAuth({ issuer: server.issuer, resource: { url } });
  app.addHook('onRequest', auth.fastify);
  app.all('/mcp', () => 'open');
  const { statusCode, headers, body } = await app.inject({ method: 'POST', url: '/mcp' });
  expect([statusCode, headers['access-control-allow-origin']]).toEqual([401, 'https://app.example']);
  expect(JSON.parse(body)).toMatchObject({ error: 'unauthorized' });
  expect((await app.inject({ method: 'GET', url: '/other' })).statusCode).toBe(401);
  await app.close();
  await auth.verifier.close();
});

describe('[MCP-FETCH] background work of a verifier', () => {
  const work = Promise.resolve();
  const request = new Request(url);

  it.each([
    ['outlives the response on Workers', true],
    ['runs without an execution context', false],
  ])('%s', async (_name, isWorker) => {
    const kept: unknown[] = [];
    const context = {
      waitUntil: (each: Promise<unknown>) => void kept.push(each),
      passThroughOnException: () => {},
      props: {},
    };
    const verifier = verifierWith((each) => {
      each.waitUntil?.(work);
      return {};
    });
    const { hono, fetch } = mcpAuth({ verifier });
    const app = new Hono();
    app.use(hono);
    expect((await app.fetch(request, {}, isWorker ? context : undefined)).status).toBe(401);
    const listener = fetch({ fetch: async () => new Response() });
    expect((await listener(request, {}, isWorker ? context : undefined)).status).toBe(401);
    expect(kept).toEqual(isWorker ? [work, work] : []);
    await verifier.close();
  });
});
