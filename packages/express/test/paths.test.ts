import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exchange, pathSpellings, type RunningApp } from '@verifier/conformance';
import { bearerAuth, getAuth } from '@verifier/express';
import { type AuthorizationServer, startAuthorizationServer } from '@verifier/test-issuer';
import express5, { type Express, type RequestHandler, type Router } from 'express';
import express4 from 'express-4';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { frameworks } from './express-harness.ts';
import { listen } from './listen.ts';

let issuer: AuthorizationServer;
let token: string;
const folder = mkdtempSync(join(tmpdir(), 'verifier-'));

beforeAll(async () => {
  issuer = await startAuthorizationServer();
  token = await issuer.token();
  writeFileSync(join(folder, 'orders'), '"reached"');
});

afterAll(async () => {
  rmSync(folder, { recursive: true });
  await issuer.close();
});

const routers: Readonly<Record<string, (options: object) => Router>> = {
  'Express 4': (options) => Object(express4.Router(options)),
  'Express 5': (options) => express5.Router(options),
};

function auth(): RequestHandler {
  return bearerAuth({ issuer: issuer.issuer, audience: issuer.audience });
}

const reached: RequestHandler = (req, res) => void res.json(`reached as ${getAuth(req).clientId}`);

/** Ways to write `/api/orders`, also those of a file server. */
const spellings = [...pathSpellings, '/api/orders%00', '/api\\orders', 'http://other.example/api/orders'];
const methods = ['GET', 'HEAD', 'OPTIONS', 'POST'];

/** Places of the guard in which it runs before each route of the router, whatever the path is. */
const places: Readonly<Record<string, (app: Express, router: Router) => void>> = {
  'on the application': (app, router) => void app.use(auth()).use('/api', router),
  'on an application whose paths are case-sensitive': (app, router) => {
    app.set('case sensitive routing', true).set('strict routing', true);
    app.use(auth()).use('/api', router);
  },
  'on a path, together with the router': (app, router) => void app.use('/api', auth(), router),
  'on the router': (app, router) => void app.use('/api', router.use(auth())),
  'on a mounted application': (app, router) => void app.use('/api', express5().use(auth(), router)),
};

const routes: Readonly<Record<string, (router: Router) => void>> = {
  'a route': (router) => void router.all('/orders', reached),
  'a route with a parameter': (router) => void router.all('/:name', reached),
  'a file': (router) => void router.use(express5.static(folder)),
};

async function answersOf(app: Express, paths: readonly string[], sent?: string): Promise<string[]> {
  const running: RunningApp = await listen(app);
  const headers = sent === undefined ? [] : ([['Authorization', `Bearer ${sent}`]] as const);
  const questions = paths.flatMap((path) => methods.map((method) => ({ method, path, headers })));
  const answers = await Promise.all(questions.map((question) => exchange(running.origin, question)));
  await running.close();
  return answers.map(({ status, body }) => `${status} ${body}`);
}

describe.each(Object.entries(frameworks))('%s', (name, express) => {
  const cases = Object.entries(places).flatMap(([place, guard]) =>
    Object.entries(routes).map(([route, add]) => [place, route, guard, add] as const),
  );

  it.each(cases)(
    '[ADAPTERS-PATHS] no spelling and no method passes a guard %s: %s',
    async (_place, _route, guard, add) => {
      for (const settings of [{}, { caseSensitive: true, strict: true }]) {
        const app = express().set('env', 'test');
        const router = routers[name]?.(settings) as Router;
        guard(app, router);
        add(router);
        for (const answer of await answersOf(app, spellings)) expect(answer).toMatch(/^40[01345] (?!.*reached)/s);
        expect(await answersOf(app, ['/api/orders'], token)).toContainEqual(expect.stringContaining('reached'));
      }
    },
  );

  it('answers an unknown path with 401, and with 404 if the token is valid', async () => {
    const running = await listen(express().use(auth()));
    const ask = (headers: readonly (readonly [string, string])[]): Promise<{ status: number }> =>
      exchange(running.origin, { method: 'GET', path: '/unknown', headers });
    expect(await ask([])).toMatchObject({ status: 401 });
    expect(await ask([['Authorization', `Bearer ${token}`]])).toMatchObject({ status: 404 });
    await running.close();
  });
});
