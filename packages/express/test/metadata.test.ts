import { exchange, type HeaderList, type RawResponse } from '@verifier/conformance';
import { createVerifier, protectedResourceMetadata, type Verifier } from '@verifier/core';
import { bearerAuth, isConfigurationError, protectedResource, requireScope } from '@verifier/express';
import { startAuthorizationServer } from '@verifier/test-issuer';
import express5, { type Express, type RequestHandler } from 'express';
import { describe, expect, it } from 'vitest';
import { frameworks } from './express-harness.ts';
import { listen } from './listen.ts';

const issuer = 'https://login.example';
const wellKnown = '/.well-known/oauth-protected-resource';

function verifierOf(url: string): Verifier {
  return createVerifier({ issuer, resource: { url, scopes: ['basic'] } });
}

async function ask(app: Express, path: string, headers: HeaderList = [], method = 'GET'): Promise<RawResponse> {
  const running = await listen(app);
  try {
    return await exchange(running.origin, { method, path, headers });
  } finally {
    await running.close();
  }
}

function resourceIn({ status, body }: RawResponse): unknown {
  return status === 200 ? JSON.parse(body).resource : status;
}

const open: RequestHandler = (_req, res) => void res.json('open');
const forged: HeaderList = [
  ['Host', `other.example${wellKnown}?`],
  ['X-Forwarded-Host', 'other.example'],
];

describe.each(Object.entries(frameworks))('%s', (_name, express) => {
  const verifier = verifierOf('https://api.example/orders');
  const path = `${wellKnown}/orders`;

  it('[RESOURCE-OPEN] serves the metadata before the guard, whatever other guards there are after it', async () => {
    const app = express().use(bearerAuth({ verifier }), requireScope('a')).use(open);
    expect(resourceIn(await ask(app, path))).toBe('https://api.example/orders');
    expect(resourceIn(await ask(app, '/orders'))).toBe(401);
  });

  it.each<readonly [place: string, mount: (app: Express) => unknown]>([
    ['on the application', (app) => app.use(protectedResource(verifier))],
    ['on the path of the metadata', (app) => app.use('/.well-known', protectedResource(verifier))],
    ['on a mounted application', (app) => app.use('/.well-known', express5().use(protectedResource(verifier)))],
    ['on a route', (app) => app.all(/.*/, protectedResource(verifier))],
  ])('[RESOURCE-OPEN] serves the metadata %s, for a guard on a path', async (_place, mount) => {
    const app = express();
    mount(app);
    app.use('/orders', bearerAuth({ verifier }), open);
    app.use(open);
    expect(resourceIn(await ask(app, path))).toBe('https://api.example/orders');
    expect(resourceIn(await ask(app, path, [], 'DELETE'))).toBe(405);
    expect((await ask(app, '/orders')).status).toBe(401);
    expect((await ask(app, '/other')).body).toBe('"open"');
    expect((await ask(app, wellKnown)).body).toBe('"open"');
  });

  it('[RESOURCE-FORGED] serves the same bytes for every host and target', async () => {
    const app = express().set('trust proxy', true).use(bearerAuth({ verifier })).use(open);
    const [plain, other, absolute] = await Promise.all([
      ask(app, path),
      ask(app, path, forged),
      ask(app, `http://other.example${path}`),
    ]);
    expect(plain.body).toBe(JSON.stringify(protectedResourceMetadata(verifier).document));
    expect([other.body, absolute.body]).toEqual([plain.body, plain.body]);
    const [honest, lying] = await Promise.all([ask(app, '/orders'), ask(app, '/orders', forged)]);
    const challenges = ({ headers }: RawResponse): HeaderList => headers.filter(([name]) => /^www-/i.test(name));
    expect(challenges(lying)).toEqual(challenges(honest));
    expect([lying.status, lying.body]).toEqual([401, honest.body]);
  });

  it('[RESOURCE-SEVERAL] serves the metadata of several resources', async () => {
    const others = ['https://api.example/invoices', 'https://api.example'].map(verifierOf);
    const app = express();
    for (const each of [verifier, ...others]) app.use(protectedResource(each));
    app.use(bearerAuth({ verifier }), open);
    expect(resourceIn(await ask(app, path))).toBe('https://api.example/orders');
    expect(resourceIn(await ask(app, `${wellKnown}/invoices`))).toBe('https://api.example/invoices');
    expect(resourceIn(await ask(app, wellKnown))).toBe('https://api.example');
    expect(resourceIn(await ask(app, `${wellKnown}/unknown`))).toBe(401);
  });

  it('[RESOURCE-CHALLENGE] names the scopes of a route guard', async () => {
    const optional = createVerifier({
      issuer,
      optional: true,
      resource: { url: 'https://api.example', scopes: ['a'] },
    });
    const app = express().use(bearerAuth({ verifier: optional }), requireScope('b', 'c'), open);
    const { headers } = await ask(app, '/');
    expect(headers).toContainEqual([
      'WWW-Authenticate',
      `Bearer realm="api", scope="b c", resource_metadata="https://api.example${wellKnown}"`,
    ]);
  });
});

it('[RESOURCE-OPTIONS] protectedResource() takes a verifier with a resource', () => {
  const without = createVerifier({ issuer, audience: 'api' });
  for (const wrong of [without, undefined, { resource: undefined }]) {
    let thrown: unknown;
    try {
      protectedResource(Object(wrong));
    } catch (error) {
      thrown = error;
    }
    expect(isConfigurationError(thrown)).toBe(true);
  }
});

it('[RESOURCE-MIRROR] answers with the metadata of the authorization server', async () => {
  const server = await startAuthorizationServer();
  const resource = { url: 'https://api.example', mirrorAuthorizationServer: true };
  const app = express5().use(bearerAuth({ issuer: server.issuer, resource }));
  const path = '/.well-known/oauth-authorization-server';
  const answer = await ask(app, path);
  expect(JSON.parse(answer.body)).toMatchObject({ issuer: server.issuer });
  await server.close();
  expect((await ask(express5().use(bearerAuth({ issuer: 'http://127.0.0.1:1', resource })), path)).status).toBe(503);
});
