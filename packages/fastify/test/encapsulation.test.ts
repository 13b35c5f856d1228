import { bearerAuth, ConfigurationError } from '@verifier/fastify';
import { type AuthorizationServer, startAuthorizationServer } from '@verifier/test-issuer';
import type { FastifyInstance, FastifyPluginAsync } from 'fastify';
import fastifyPlugin from 'fastify-plugin';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { ask, closeAll, statuses } from './ask.ts';
import { createServer, frameworks } from './fastify-harness.ts';

let issuer: AuthorizationServer;
let token: string;

beforeAll(async () => {
  issuer = await startAuthorizationServer();
  token = await issuer.token({ scope: 'read' });
});

afterEach(closeAll);

afterAll(() => issuer.close());

const ok = (): string => 'ok';

/** A plugin file as a user writes it: without fastify-plugin, `register` opens a scope for it. */
function pluginFile(more: object = {}): FastifyPluginAsync {
  return async (scope) => {
    await scope.register(bearerAuth, { issuer: issuer.issuer, audience: issuer.audience, ...more });
  };
}

async function startOf(server: FastifyInstance): Promise<unknown> {
  return await server.ready().then(
    () => 'it started',
    (error: unknown) => error,
  );
}

const notInScope = /has config\.auth.*not registered in its scope.*fastify-plugin/;
const protectsNone = /in a scope without routes.*fastify-plugin.*global: false/;

describe.each(Object.entries(frameworks))('%s: a plugin file without fastify-plugin', (_name, fastify) => {
  it.each([{}, { global: false }])(
    '[ADAPTERS-SCOPE] fails the start if a route outside has config.auth (%o)',
    async (more) => {
      const server = createServer(fastify);
      server.register(pluginFile(more));
      await server.register(async (sibling) => {
        sibling.get('/orders', { config: { auth: { scope: 'read' } } }, ok);
      });
      const error = await startOf(server);
      expect(error).toBeInstanceOf(ConfigurationError);
      expect(String(error)).toMatch(notInScope);
      expect(String(error)).toContain('GET /orders');
    },
  );

  it.each([true, { scope: 'read' }, { optional: true }])('fails the start for config.auth: %o', async (auth) => {
    const server = createServer(fastify);
    await server.register(pluginFile({ global: false }));
    server.get('/', { config: { auth } }, ok);
    expect(String(await startOf(server))).toMatch(notInScope);
  });

  it('[ADAPTERS-SCOPE] fails the start if a route outside uses a decorator, which is undefined there', async () => {
    for (const hook of ['onRequest', 'preHandler']) {
      const server = createServer(fastify);
      await server.register(pluginFile({ global: false }));
      server.get('/orders', { [hook]: server.authenticate }, ok);
      expect(String(await startOf(server))).toMatch(
        /GET \/orders has \w+: undefined, but.*not registered in its scope/,
      );
    }
  });

  it('[ADAPTERS-SCOPE] fails the start if its scope has no routes', async () => {
    const server = createServer(fastify);
    server.register(pluginFile());
    server.get('/', ok);
    const error = await startOf(server);
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(String(error)).toMatch(protectsNone);
  });

  it('fails the start if it is registered after the routes', async () => {
    const server = createServer(fastify);
    server.get('/', ok);
    await server.register(async (routes) => void routes.get('/orders', ok));
    server.register(pluginFile());
    expect(String(await startOf(server))).toMatch(protectsNone);
  });

  it('[ADAPTERS-SCOPE] keeps a route closed that has config.auth and was added before', async () => {
    const server = createServer(fastify);
    const route = vi.fn(ok);
    server.get('/orders', { config: { auth: { scope: 'read' } } }, route);
    server.get('/other', ok);
    server.register(pluginFile({ global: false }));
    const denied = await ask(server, { path: '/orders', token });
    expect(denied.status).toBe(500);
    expect(denied.body).toMatch(notInScope);
    expect(route).not.toHaveBeenCalled();
    expect(await statuses(server, { path: '/orders' }, { path: '/other' })).toEqual([500, 200]);
  });

  it('starts with global: false, for the decorators alone', async () => {
    const server = createServer(fastify);
    server.register(pluginFile({ global: false }));
    server.get('/', { config: { auth: false } }, ok);
    expect(await statuses(server, {})).toEqual([200]);
  });

  it('starts if the routes of its scope were added before it', async () => {
    const server = createServer(fastify);
    server.get('/open', ok);
    await server.register(async (scope) => {
      scope.get('/inside', ok);
      await scope.register(async (child) => void child.get('/child', { config: { auth: { scope: 'read' } } }, ok));
      await scope.register(bearerAuth, { issuer: issuer.issuer, audience: issuer.audience });
    });
    const questions = ['/open', '/inside', '/child'].map((path) => ({ path }));
    expect(await statuses(server, ...questions, { path: '/child', token })).toEqual([200, 401, 401, 200]);
  });

  it('starts if its scope has a handler for unknown routes only', async () => {
    const server = createServer(fastify);
    await server.register(
      async (scope) => {
        await scope.register(pluginFileWithin(pluginFile()));
        scope.setNotFoundHandler((_request, reply) => reply.code(404).send('gone'));
      },
      { prefix: '/api' },
    );
    expect(await statuses(server, { path: '/api/unknown' }, { path: '/unknown' })).toEqual([401, 404]);
  });

  it('ignores a config.auth that belongs to another plugin', async () => {
    const server = createServer(fastify);
    await server.register(async (scope) => {
      await scope.register(bearerAuth, { issuer: issuer.issuer, audience: issuer.audience });
      scope.get('/inside', ok);
    });
    server.get('/', Object({ config: { auth: 'basic' } }), ok);
    expect(await statuses(server, {}, { path: '/inside' })).toEqual([200, 401]);
  });

  it('protects every route once it is wrapped in fastify-plugin', async () => {
    const server = createServer(fastify);
    server.get('/before', ok);
    server.register(pluginFileWithin(pluginFile()));
    server.register(async (routes) => void routes.get('/orders', { config: { auth: { scope: 'read' } } }, ok));
    const paths = ['/before', '/orders'];
    expect(await statuses(server, ...paths.map((path) => ({ path })))).toEqual([401, 401]);
    expect(await statuses(server, ...paths.map((path) => ({ path, token })))).toEqual([200, 200]);
  });
});

function pluginFileWithin(file: FastifyPluginAsync): FastifyPluginAsync {
  return fastifyPlugin(file);
}
