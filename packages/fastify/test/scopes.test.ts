import { bearerAuth, ConfigurationError, getAuth } from '@verifier/fastify';
import { type AuthorizationServer, startAuthorizationServer } from '@verifier/test-issuer';
import type { FastifyInstance } from 'fastify';
import fastifyPlugin from 'fastify-plugin';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { ask, closeAll, headerOf, statuses } from './ask.ts';
import { createServer, frameworks } from './fastify-harness.ts';

let issuer: AuthorizationServer;
let other: AuthorizationServer;
let token: string;
let otherToken: string;

beforeAll(async () => {
  [issuer, other] = await Promise.all([startAuthorizationServer(), startAuthorizationServer()]);
  [token, otherToken] = await Promise.all([issuer.token({ scope: 'read' }), other.token({ scope: 'read' })]);
});

afterEach(closeAll);

afterAll(() => Promise.all([issuer.close(), other.close()]));

function options({ issuer: name, audience }: AuthorizationServer = issuer): { issuer: string; audience: string } {
  return { issuer: name, audience };
}

const ok = (): string => 'ok';

describe.each(Object.entries(frameworks))('%s', (_name, fastify) => {
  describe('the scope that registers the plugin', () => {
    it('is protected: routes before and after it, with and without await, including HEAD', async () => {
      const server = createServer(fastify);
      server.get('/before', ok);
      server.register(bearerAuth, options());
      server.get('/next-to', ok);
      await server.after();
      server.get('/after', ok);
      for (const path of ['/before', '/next-to', '/after']) {
        expect(await statuses(server, { path }, { path, method: 'HEAD' }, { path, token })).toEqual([401, 401, 200]);
      }
    });

    it('is protected together with its child scopes at any depth', async () => {
      const server = createServer(fastify);
      await server.register(bearerAuth, options());
      await server.register(
        async (child) => {
          child.get('/', ok);
          await child.register(async (grandchild) => void grandchild.get('/deep', ok), { prefix: '/more' });
        },
        { prefix: '/child' },
      );
      expect(await statuses(server, { path: '/child' }, { path: '/child', token })).toEqual([401, 200]);
      expect(await statuses(server, { path: '/child/more/deep' })).toEqual([401]);
    });

    it('does not protect its siblings and its parent', async () => {
      const server = createServer(fastify);
      await server.register(async (scope) => {
        await scope.register(bearerAuth, options());
        scope.get('/inside', ok);
      });
      await server.register(async (sibling) => {
        sibling.get('/sibling', ok);
        expect(sibling.hasDecorator('authenticate')).toBe(false);
      });
      server.get('/parent', ok);
      const paths = ['/inside', '/sibling', '/parent'];
      expect(await statuses(server, ...paths.map((path) => ({ path })))).toEqual([401, 200, 200]);
    });

    it('is protected together with child scopes that were registered earlier', async () => {
      const server = createServer(fastify);
      await server.register(async (child) => void child.get('/earlier', (request) => getAuth(request).scopes));
      await server.register(bearerAuth, options());
      expect(await statuses(server, { path: '/earlier' }, { path: '/earlier', token })).toEqual([401, 200]);
    });

    it('can be one of two that trust different issuers', async () => {
      const server = createServer(fastify);
      for (const [prefix, trusted] of Object.entries({ '/one': issuer, '/two': other })) {
        const protectedScope = async (scope: FastifyInstance): Promise<void> => {
          await scope.register(bearerAuth, { ...options(trusted), realm: prefix });
          scope.get('/', (request) => getAuth(request).issuer);
        };
        await server.register(protectedScope, { prefix });
      }
      const answers = [
        await ask(server, { path: '/one', token }),
        await ask(server, { path: '/one', token: otherToken }),
        await ask(server, { path: '/two', token }),
        await ask(server, { path: '/two', token: otherToken }),
      ];
      expect(answers.map(({ status }) => status)).toEqual([200, 401, 401, 200]);
      expect([answers[0]?.body, answers[3]?.body]).toEqual([issuer.issuer, other.issuer]);
      expect(answers.slice(1, 3).map((answer) => headerOf(answer, 'www-authenticate')?.slice(0, 19))).toEqual([
        'Bearer realm="/one"',
        'Bearer realm="/two"',
      ]);
    });
  });

  describe('global: false', () => {
    it('leaves routes without requirements public', async () => {
      const server = createServer(fastify);
      await server.register(bearerAuth, { ...options(), global: false });
      server.get('/open', (request) => ({ auth: request.auth }));
      expect(await ask(server, { path: '/open' })).toMatchObject({ status: 200, body: '{"auth":null}' });
      expect(await ask(server, { path: '/open', token: 'nonsense' })).toMatchObject({ status: 200 });
    });

    it('protects routes that are guarded in any of the ways', async () => {
      const server = createServer(fastify);
      await server.register(bearerAuth, { ...options(), global: false });
      const { authenticate, requireAccess, requireAnyScope, requireClaims, requireScope } = server;
      server.get('/true', { config: { auth: true } }, ok);
      server.get('/scope', { config: { auth: { scope: 'read' } } }, ok);
      server.get('/more', { config: { auth: { scope: 'write' } } }, ok);
      server.get('/authenticate', { onRequest: authenticate }, ok);
      server.get('/pre-handler', { preHandler: [authenticate] }, ok);
      server.get('/guard', { onRequest: requireScope('read') }, ok);
      server.get('/guard-more', { preHandler: [authenticate, requireScope('write')] }, ok);
      server.get('/guard-any', { onRequest: requireAnyScope('read', 'write') }, ok);
      server.get('/guard-claims', { onRequest: requireClaims(({ client_id }) => client_id === 'another') }, ok);
      server.get('/guard-access', { onRequest: requireAccess({ anyScope: ['write', 'read'] }) }, ok);
      const statusOf = { more: 403, 'guard-more': 403, 'guard-claims': 403 };
      const names = ['true', 'scope', 'authenticate', 'pre-handler', 'guard', 'guard-any', 'guard-access'];
      for (const [name, status] of [...names.map((each) => [each, 200] as const), ...Object.entries(statusOf)]) {
        expect([name, ...(await statuses(server, { path: `/${name}` }, { path: `/${name}`, token }))]).toEqual([
          name,
          401,
          status,
        ]);
      }
    });

    it('protects one scope by a hook', async () => {
      const server = createServer(fastify);
      await server.register(bearerAuth, { ...options(), global: false });
      await server.register(async (scope) => {
        scope.addHook('onRequest', scope.authenticate);
        scope.get('/inside', ok);
      });
      expect(await statuses(server, { path: '/inside' }, { path: '/inside', token })).toEqual([401, 200]);
    });
  });

  describe('config.auth', () => {
    it('makes a route public with false, and lets anonymous requests through with optional', async () => {
      const server = createServer(fastify);
      await server.register(bearerAuth, options());
      server.get('/open', { config: { auth: false } }, (request) => ({ auth: request.auth }));
      server.get('/optional', { config: { auth: { optional: true } } }, (request) => ({ auth: request.auth?.scopes }));
      expect(await ask(server, { path: '/open', token })).toMatchObject({ status: 200, body: '{"auth":null}' });
      expect(await ask(server, { path: '/optional' })).toMatchObject({ status: 200, body: '{}' });
      expect(await ask(server, { path: '/optional', token })).toMatchObject({ body: '{"auth":["read"]}' });
      expect(await statuses(server, { path: '/optional', token: 'nonsense' })).toEqual([401]);
    });

    it('requires a token on one route if all others are optional', async () => {
      const server = createServer(fastify);
      await server.register(bearerAuth, { ...options(), optional: true });
      server.get('/', ok);
      server.get('/scoped', { config: { auth: { scope: 'read' } } }, ok);
      server.get('/strict', { config: { auth: { optional: false } } }, ok);
      expect(await statuses(server, {}, { path: '/scoped' }, { path: '/strict' })).toEqual([200, 401, 401]);
    });

    const wrong: [string, unknown][] = [
      ['a string', 'read'],
      ['null', null],
      ['a number', 0],
      ['nothing', {}],
      ['an unknown requirement', { scop: 'read' }],
      ['no scope', { scope: [] }],
      ['no alternative', { anyScope: [] }],
      ['an undefined scope', { scope: undefined }],
      ['an optional that is no boolean', { optional: 'yes' }],
      ['an illegal scope', { scope: 'read"' }],
      ['claims that are no function', { claims: 'admin' }],
    ];

    it.each(wrong)('is an error at start-up if it is %s', async (_what, auth) => {
      const server = createServer(fastify);
      await server.register(bearerAuth, options());
      expect(() => server.get('/', Object({ config: { auth } }), ok)).toThrow(ConfigurationError);
      expect(() => server.get('/', Object({ config: { auth } }), ok)).toThrow(/config\.auth/);
    });

    it.each(wrong)('keeps a route closed that was registered before the plugin if it is %s', async (_what, auth) => {
      const server = createServer(fastify);
      const route = vi.fn(ok);
      server.get('/', Object({ config: { auth } }), route);
      server.register(bearerAuth, { ...options(), global: false });
      expect(await statuses(server, {}, { token })).toEqual([500, 500]);
      expect(route).not.toHaveBeenCalled();
    });
  });

  describe('a request for an unknown route', () => {
    it('is answered like others of the scope: 401, and 404 with a valid token', async () => {
      const server = createServer(fastify);
      await server.register(bearerAuth, options());
      expect(await statuses(server, { path: '/unknown' }, { path: '/unknown', token })).toEqual([401, 404]);
    });

    it('is answered by the protected scope if that has its own handler for unknown routes', async () => {
      const server = createServer(fastify);
      const notFound = vi.fn((_request, reply) => reply.code(404).send('gone'));
      await server.register(
        async (scope) => {
          await scope.register(bearerAuth, options());
          scope.setNotFoundHandler(notFound);
        },
        { prefix: '/api' },
      );
      const paths = ['/api/unknown', '/unknown'];
      expect(await statuses(server, ...paths.map((path) => ({ path })))).toEqual([401, 404]);
      expect(notFound).not.toHaveBeenCalled();
      expect(await statuses(server, { path: '/api/unknown', token })).toEqual([404]);
      expect(notFound).toHaveBeenCalledOnce();
    });

    it('is answered with 404 if global is false', async () => {
      const server = createServer(fastify);
      await server.register(bearerAuth, { ...options(), global: false });
      expect(await statuses(server, { path: '/unknown' })).toEqual([404]);
    });
  });

  it('has a name that other plugins can depend on', async () => {
    const server = createServer(fastify);
    const dependent = fastifyPlugin(async () => undefined, {
      dependencies: ['@verifier/fastify'],
      decorators: { request: ['auth'], fastify: ['authenticate'] },
    });
    await server.register(bearerAuth, options());
    await server.register(dependent);
    await server.ready();
    expect(server.hasPlugin('@verifier/fastify')).toBe(true);
    await server.close();
  });
});
