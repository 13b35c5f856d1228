import type { RawResponse } from '@verifier/conformance';
import { createVerifier, protectedResourceMetadata, type Verifier } from '@verifier/core';
import { bearerAuth, isConfigurationError, protectedResource } from '@verifier/hono';
import { startAuthorizationServer } from '@verifier/test-issuer';
import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import { ask } from './question.ts';

const issuer = 'https://login.example';
const wellKnown = '/.well-known/oauth-protected-resource';
const path = `${wellKnown}/orders`;

function verifierOf(url: string): Verifier {
  return createVerifier({ issuer, resource: { url } });
}

function resourceIn({ status, body }: RawResponse): unknown {
  return status === 200 ? JSON.parse(body).resource : status;
}

const verifier = verifierOf('https://api.example/orders');
const orders = new Hono().use(bearerAuth({ verifier })).get('/', (c) => c.json('open'));

describe('[RESOURCE-OPEN] the metadata', () => {
  it.each<readonly [place: string, app: Pick<Hono, 'fetch'>]>([
    ['of a guard of the application', new Hono().use(bearerAuth({ verifier })).route('/orders', orders)],
    ['of a function of options', new Hono().use(bearerAuth(() => ({ verifier }))).route('/orders', orders)],
    ['of a guard of a route', new Hono().use(protectedResource(verifier)).route('/orders', orders)],
    ['of an application with a base path', new Hono().use(protectedResource(verifier)).mount('/orders', orders.fetch)],
    ['on their path', new Hono().use('/.well-known/*', protectedResource(verifier)).route('/orders', orders)],
  ])('are served: %s', async (_place, app) => {
    expect(resourceIn(await ask(app, { path }))).toBe('https://api.example/orders');
    expect(await ask(app, { path, method: 'HEAD' })).toMatchObject({ status: 200, body: '' });
    expect(await ask(app, { path, method: 'OPTIONS' })).toMatchObject({ status: 204, body: '' });
    expect((await ask(app, { path, method: 'POST' })).status).toBe(405);
    expect((await ask(app, { path: '/orders' })).status).toBe(401);
  });
});

it('[RESOURCE-FORGED] serves the same bytes for every host and target', async () => {
  const app = new Hono().use(bearerAuth({ verifier }));
  const { body } = await ask(app, { path });
  expect(body).toBe(JSON.stringify(protectedResourceMetadata(verifier).document));
  const headers = { Host: 'other.example', 'X-Forwarded-Host': 'other.example' };
  expect((await ask(app, { path, headers })).body).toBe(body);
  expect((await ask(app, { path: `http://other.example${path}` })).body).toBe(body);
});

it('[RESOURCE-SEVERAL] serves the metadata of several resources', async () => {
  const app = new Hono();
  for (const url of ['https://api.example/a', 'https://api.example']) app.use(protectedResource(verifierOf(url)));
  app.use(bearerAuth({ verifier }));
  expect(resourceIn(await ask(app, { path: `${wellKnown}/a` }))).toBe('https://api.example/a');
  expect(resourceIn(await ask(app, { path: wellKnown }))).toBe('https://api.example');
  expect(resourceIn(await ask(app, { path }))).toBe('https://api.example/orders');
});

it('[RESOURCE-OPTIONS] protectedResource() takes a verifier with a resource', () => {
  let thrown: unknown;
  try {
    protectedResource(createVerifier({ issuer, audience: 'api' }));
  } catch (error) {
    thrown = error;
  }
  expect(isConfigurationError(thrown)).toBe(true);
});

it('[RESOURCE-MIRROR] answers with the metadata of the authorization server', async () => {
  const server = await startAuthorizationServer();
  const resource = { url: 'https://api.example', mirrorAuthorizationServer: true };
  const app = new Hono().use(bearerAuth({ issuer: server.issuer, resource }));
  const { body } = await ask(app, { path: '/.well-known/oauth-authorization-server' });
  expect(JSON.parse(body)).toMatchObject({ issuer: server.issuer });
  await server.close();
});
