import { pathSpellings } from '@verifier/conformance';
import { bearerAuth, getAuth } from '@verifier/hono';
import { type AuthorizationServer, startAuthorizationServer } from '@verifier/test-issuer';
import { type Handler, Hono, type MiddlewareHandler } from 'hono';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { ask, askRunning } from './question.ts';
import { listen } from './runtimes/node.ts';

let issuer: AuthorizationServer;
let token: string;

beforeAll(async () => {
  issuer = await startAuthorizationServer();
  token = await issuer.token();
});

afterAll(() => issuer.close());

function auth(): MiddlewareHandler {
  return bearerAuth({ issuer: issuer.issuer, audience: issuer.audience });
}

const reached = vi.fn<Handler>((c) => c.text(`reached as ${getAuth(c).clientId}`));

const methods = ['GET', 'HEAD', 'OPTIONS', 'POST'];

/** Places of the guard in which it runs before each route, whatever the path is. */
const places: Record<string, (app: Hono, routes: (inner: Hono) => Hono) => Hono> = {
  'on the application': (app, routes) => app.use(auth()).route('/api', routes(new Hono())),
  'on the path of a mounted application and everything below': (app, routes) =>
    app.use('/api/*', auth()).route('/api', routes(new Hono())),
  'on a mounted application': (app, routes) => app.route('/api', routes(new Hono().use(auth()))),
  'on an application with a base path': (app, routes) => routes(app.basePath('/api').use(auth())),
};

const routes: Record<string, (inner: Hono) => Hono> = {
  'a route': (inner) => inner.all('/orders', reached),
  'a route with a parameter': (inner) => inner.all('/:name', reached),
  'every path': (inner) => inner.all('/*', reached),
};

const cases = Object.entries(places).flatMap(([place, guard]) =>
  Object.entries(routes).map(([route, add]) => [place, route, guard, add] as const),
);

it.each(cases)('[ADAPTERS-PATHS] no spelling and no method passes a guard %s: %s', async (_p, _r, guard, add) => {
  for (const strict of [true, false]) {
    reached.mockClear();
    const app = new Hono({ strict });
    guard(app, add);
    const running = await listen(app);
    for (const method of methods) {
      for (const path of pathSpellings)
        expect([400, 401, 404]).toContain((await askRunning(running, { method, path })).status);
    }
    expect(reached).not.toHaveBeenCalled();
    expect(await askRunning(running, { path: '/api/orders', token })).toMatchObject({ status: 200 });
    await running.close();
  }
});

it('[ADAPTERS-PATHS] no method passes a guard in a route', async () => {
  reached.mockClear();
  const app = new Hono().all('/orders', auth(), reached).get('/read', auth(), reached);
  for (const method of methods) {
    expect([401, 404]).toContain((await ask(app, { method, path: '/orders' })).status);
    expect([401, 404]).toContain((await ask(app, { method, path: '/read' })).status);
  }
  expect(reached).not.toHaveBeenCalled();
});

it('answers an unknown path with 401, and with 404 if the token is valid', async () => {
  const app = new Hono().use(auth()).notFound((c) => c.text('gone', 404));
  expect(await ask(app, { path: '/unknown' })).toMatchObject({ status: 401 });
  expect(await ask(app, { path: '/unknown', token })).toMatchObject({ status: 404, body: 'gone' });
});
