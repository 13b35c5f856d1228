import fastifyCors from '@fastify/cors';
import type { RawResponse } from '@verifier/conformance';
import { createVerifier, protectedResourceMetadata, type Verifier } from '@verifier/core';
import { bearerAuth } from '@verifier/fastify';
import { startAuthorizationServer } from '@verifier/test-issuer';
import type { FastifyInstance } from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import { ask, closeAll, headerOf } from './ask.ts';
import { createServer, frameworks } from './fastify-harness.ts';

const issuer = 'https://login.example';
const wellKnown = '/.well-known/oauth-protected-resource';
const path = `${wellKnown}/orders`;

afterEach(closeAll);

function verifierOf(url: string): Verifier {
  return createVerifier({ issuer, resource: { url, scopes: ['basic'] } });
}

function resourceIn({ status, body }: RawResponse): unknown {
  return status === 200 ? JSON.parse(body).resource : status;
}

const orders = verifierOf('https://api.example/orders');
const without = createVerifier({ issuer, audience: 'api' });

type Build = (server: FastifyInstance) => unknown;

/** Applications that refuse every other request without a token, or do not know it. */
const applications: Readonly<Record<string, Build>> = {
  'for all routes': (server) => server.register(bearerAuth, { verifier: orders }),
  'in a scope with a prefix': (server) =>
    server.register(
      async (scope) => {
        await scope.register(bearerAuth, { verifier: orders });
        scope.get('/', () => 'open');
      },
      { prefix: '/orders' },
    ),
  'without a global hook': (server) => server.register(bearerAuth, { verifier: orders, global: false }),
  'with a hook of the application': async (server) => {
    await server.register(bearerAuth, { verifier: orders, global: false });
    server.addHook('onRequest', server.authenticate);
    server.addHook('preHandler', server.requireScope('a'));
  },
  'in a scope of an application with another guard': async (server) => {
    await server.register(bearerAuth, { verifier: without });
    await server.register(async (scope) => {
      await scope.register(bearerAuth, { verifier: orders, decoratorName: 'orders' });
      scope.get('/orders', () => 'open');
    });
  },
};

describe.each(Object.entries(frameworks))('%s', (_name, fastify) => {
  it.each(Object.entries(applications))('[RESOURCE-OPEN] serves the metadata %s', async (_place, build) => {
    const server = createServer(fastify);
    await build(server);
    expect(resourceIn(await ask(server, { path }))).toBe('https://api.example/orders');
    expect(await ask(server, { path, method: 'HEAD' })).toMatchObject({ status: 200, body: '' });
    expect(await ask(server, { path, method: 'OPTIONS' })).toMatchObject({ status: 204, body: '' });
    expect((await ask(server, { path, method: 'DELETE' })).status).toBe(405);
    expect([401, 404]).toContain((await ask(server, { path: '/orders/x' })).status);
    expect([401, 404]).toContain((await ask(server, { path: `${path}/x` })).status);
  });

  it('[RESOURCE-FORGED] serves the same bytes for every host and target', async () => {
    const server = createServer((options) => fastify({ ...options, trustProxy: true }));
    await server.register(bearerAuth, { verifier: orders });
    const body = JSON.stringify(protectedResourceMetadata(orders).document);
    const headers = { Host: `other.example${wellKnown}?`, 'X-Forwarded-Host': 'other.example' };
    expect((await ask(server, { path, headers })).body).toBe(body);
    expect((await ask(server, { path: `http://other.example${path}` })).body).toBe(body);
    const [honest, lying] = [await ask(server, { path: '/' }), await ask(server, { path: '/', headers })];
    expect([lying.body, headerOf(lying, 'www-authenticate')]).toEqual([
      honest.body,
      headerOf(honest, 'www-authenticate'),
    ]);
  });

  it('[RESOURCE-SEVERAL] serves the metadata of several resources, also at one path', async () => {
    const server = createServer(fastify);
    const urls = ['https://api.example/orders', 'https://api.example/t?a=1', 'https://api.example/t?a=2'];
    for (const [index, url] of urls.entries()) {
      await server.register(async (scope) => {
        await scope.register(bearerAuth, { verifier: verifierOf(url), decoratorName: `auth${index}` });
        scope.get(`/${index}`, () => 'open');
      });
    }
    await server.register(async (scope) => {
      await scope.register(bearerAuth, { verifier: orders });
      scope.get('/again', () => 'open');
    });
    const asked = [path, `${wellKnown}/t?a=1`, `${wellKnown}/t?a=2`, `${wellKnown}/t`, wellKnown];
    const answers = await Promise.all(asked.map(async (each) => resourceIn(await ask(server, { path: each }))));
    expect(answers).toEqual([...urls, 404, 404]);
  });

  it('[RESOURCE-CHALLENGE] names the scopes of the route', async () => {
    const server = createServer(fastify);
    await server.register(bearerAuth, { verifier: orders });
    server.get('/orders', { config: { auth: { scope: ['a', 'b'] } } }, () => 'open');
    expect(headerOf(await ask(server, { path: '/orders' }), 'www-authenticate')).toBe(
      `Bearer realm="api", scope="a b", resource_metadata="https://api.example${path}"`,
    );
  });

  it('[RESOURCE-ABSENT] adds no route without a resource', async () => {
    const server = createServer(fastify);
    await server.register(bearerAuth, { verifier: without });
    expect(server.hasRoute({ method: 'GET', url: path })).toBe(false);
    expect((await ask(server, { path })).status).toBe(401);
  });
});

it('[RESOURCE-OPEN] serves the metadata with @fastify/cors', async () => {
  const [fastify] = Object.values(frameworks);
  const server = createServer(fastify ?? Object());
  await server.register(fastifyCors);
  await server.register(bearerAuth, { verifier: orders });
  expect(resourceIn(await ask(server, { path }))).toBe('https://api.example/orders');
});

it('[RESOURCE-MIRROR] answers with the metadata of the authorization server', async () => {
  const authorizationServer = await startAuthorizationServer();
  const [fastify] = Object.values(frameworks);
  const server = createServer(fastify ?? Object());
  const resource = { url: 'https://api.example/orders', mirrorAuthorizationServer: true };
  await server.register(bearerAuth, { issuer: authorizationServer.issuer, resource });
  const mirror = '/.well-known/oauth-authorization-server';
  for (const each of [mirror, `${mirror}/orders`]) {
    expect(JSON.parse((await ask(server, { path: each })).body)).toMatchObject({ issuer: authorizationServer.issuer });
  }
  await authorizationServer.close();
});
