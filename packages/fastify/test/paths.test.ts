import { pathSpellings } from '@verifier/conformance';
import { bearerAuth, getAuth } from '@verifier/fastify';
import { type AuthorizationServer, startAuthorizationServer } from '@verifier/test-issuer';
import type { FastifyInstance } from 'fastify';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { ask, closeAll, statuses } from './ask.ts';
import { frameworks } from './fastify-harness.ts';

let issuer: AuthorizationServer;
let token: string;

beforeAll(async () => {
  issuer = await startAuthorizationServer();
  token = await issuer.token();
});

afterEach(closeAll);

afterAll(() => issuer.close());

function options(): { issuer: string; audience: string } {
  return { issuer: issuer.issuer, audience: issuer.audience };
}

const methods = ['GET', 'HEAD', 'OPTIONS', 'POST'];

const lenient = {
  caseSensitive: false,
  ignoreTrailingSlash: true,
  ignoreDuplicateSlashes: true,
  useSemicolonDelimiter: true,
};

const places: Record<string, (server: FastifyInstance, add: (scope: FastifyInstance) => void) => Promise<void>> = {
  'on the application': async (server, add) => {
    await server.register(bearerAuth, options());
    await server.register(async (scope) => add(scope), { prefix: '/api' });
  },
  'on a scope': async (server, add) => {
    const scope = async (instance: FastifyInstance): Promise<void> => {
      await instance.register(bearerAuth, options());
      add(instance);
    };
    await server.register(scope, { prefix: '/api' });
  },
  'on the routes': async (server, add) => {
    const scope = async (instance: FastifyInstance): Promise<void> => {
      await instance.register(bearerAuth, { ...options(), global: false });
      instance.addHook('onRoute', (route) => {
        route.config = { ...route.config, auth: true };
      });
      add(instance);
    };
    await server.register(scope, { prefix: '/api' });
  },
};

describe.each(Object.entries(frameworks))('%s', (_name, fastify) => {
  const reached = vi.fn((request) => `reached as ${getAuth(request).clientId}`);
  const routes: Record<string, (scope: FastifyInstance) => void> = {
    'a route': (scope) => void scope.get('/orders', reached),
    'a route for every method': (scope) => void scope.all('/orders', reached),
    'a route with a parameter': (scope) => void scope.all('/:name', reached),
    'every path': (scope) => void scope.all('*', reached),
  };

  const cases = Object.entries(places).flatMap(([place, guard]) =>
    Object.entries(routes).map(([route, add]) => [place, route, guard, add] as const),
  );

  it.each(cases)('[ADAPTERS-PATHS] no spelling and no method passes a guard %s: %s', async (_p, _r, guard, add) => {
    for (const routerOptions of [{}, lenient]) {
      reached.mockClear();
      const server = fastify({ routerOptions, forceCloseConnections: true });
      await guard(server, add);
      const questions = methods.flatMap((method) => pathSpellings.map((path) => ({ method, path })));
      const answered = await statuses(server, ...questions);
      expect(answered.filter((status) => ![400, 401, 404].includes(status))).toEqual([]);
      expect(reached).not.toHaveBeenCalled();
      expect(await statuses(server, { path: '/api/orders', token })).toEqual([200]);
    }
  });

  it('answers an unknown path with 401, and with 404 if the token is valid, with any handler', async () => {
    for (const isFirst of [true, false]) {
      const server = fastify({ forceCloseConnections: true });
      const notFound = vi.fn((_request, reply) => reply.code(404).send('gone'));
      if (isFirst) server.setNotFoundHandler(notFound);
      await server.register(bearerAuth, options());
      if (!isFirst) server.setNotFoundHandler(notFound);
      expect(await statuses(server, { path: '/unknown' }, { path: '/unknown', method: 'OPTIONS' })).toEqual([401, 401]);
      expect(notFound).not.toHaveBeenCalled();
      expect(await ask(server, { path: '/unknown', token })).toMatchObject({ status: 404, body: 'gone' });
    }
  });

  it('applies config.auth of a route to its automatic HEAD route', async () => {
    const server = fastify({ forceCloseConnections: true });
    await server.register(bearerAuth, { ...options(), global: false });
    server.get('/scoped', { config: { auth: { scope: 'read' } } }, () => 'ok');
    server.get('/guarded', { preHandler: server.requireScope('read') }, () => 'ok');
    const questions = ['/scoped', '/guarded'].map((path) => ({ path, method: 'HEAD' }));
    expect(await statuses(server, ...questions)).toEqual([401, 401]);
    expect(await statuses(server, ...questions.map((each) => ({ ...each, token })))).toEqual([403, 403]);
  });
});
