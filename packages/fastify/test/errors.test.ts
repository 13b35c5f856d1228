import fastifyAuth from '@fastify/auth';
import { bearerAuth, type GuardOptions, isAuthError } from '@verifier/fastify';
import { type AuthorizationServer, startAuthorizationServer } from '@verifier/test-issuer';
import type { FastifyInstance } from 'fastify';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { ask, closeAll, headerOf, type Question, statuses } from './ask.ts';
import { createServer, frameworks } from './fastify-harness.ts';

let issuer: AuthorizationServer;
let absent: AuthorizationServer;
let token: string;

beforeAll(async () => {
  [issuer, absent] = await Promise.all([startAuthorizationServer(), startAuthorizationServer()]);
  token = await issuer.token({ scope: 'read' });
  await absent.stop();
});

afterEach(closeAll);

afterAll(() => Promise.all([issuer.close(), absent.close()]));

function options({ issuer: name, audience }: AuthorizationServer = issuer): { issuer: string; audience: string } {
  return { issuer: name, audience };
}

const reason = 'rejected for a reason of our own';
const ok = async (): Promise<string> => 'ok';

/** The same routes for a plugin that passes errors to Fastify, and for `fastify.authenticate`, which throws them. */
const applications: Record<string, (server: FastifyInstance, more?: Partial<GuardOptions>) => Promise<void>> = {
  "onError: 'framework'": async (server, more) => {
    await server.register(bearerAuth, { ...options(), ...more, onError: 'framework' } as GuardOptions);
    server.get('/', ok);
    server.get('/scoped', { preHandler: server.requireScope('write') }, ok);
  },
  'fastify.authenticate': async (server, more) => {
    await server.register(bearerAuth, { ...options(), ...more, global: false } as GuardOptions & { global: false });
    server.get('/', { onRequest: server.authenticate }, ok);
    server.get('/scoped', { preHandler: async (request) => await server.authenticate(request) }, ok);
  },
};

describe.each(Object.entries(frameworks))('%s', (_name, fastify) => {
  describe.each(Object.entries(applications))('%s', (way, addRoutes) => {
    const anonymous = 'Bearer realm="api"';
    const invalid = 'Bearer realm="api", error="invalid_token", error_description="The access token is invalid"';

    it("[ADAPTERS-ON-ERROR] answers as core does in Fastify's own error handler, and never with the code", async () => {
      const server = createServer(fastify);
      await addRoutes(server);
      const denied = [await ask(server), await ask(server, { token: 'nonsense' })];
      expect(denied.map(({ status }) => status)).toEqual([401, 401]);
      expect(denied.map((answer) => headerOf(answer, 'www-authenticate'))).toEqual([anonymous, invalid]);
      expect(denied.map(({ body }) => body)).toEqual([
        '{"error":"unauthorized","error_description":"The request has no access token"}',
        '{"error":"invalid_token","error_description":"The access token is invalid"}',
      ]);
      for (const answer of denied) {
        expect(headerOf(answer, 'content-type')).toBe('application/json');
        expect(headerOf(answer, 'content-length')).toBe(String(answer.body.length));
        expect(headerOf(answer, 'cache-control')).toBe('no-store');
      }
    });

    it('tells the client no more than other answers do', async () => {
      const server = createServer(fastify);
      await addRoutes(server, { validate: () => reason });
      const { status, body } = await ask(server, { token });
      expect(status).toBe(401);
      expect(body).not.toContain(reason);
      expect(body).toBe('{"error":"invalid_token","error_description":"The access token is invalid"}');
    });

    it('passes the error to setErrorHandler, with code, status and headers, and without the text of validate', async () => {
      const server = createServer(fastify);
      const errors: unknown[] = [];
      server.setErrorHandler((error, _request, reply) => {
        errors.push(error);
        return isAuthError(error) ? reply.code(error.status).send('handled') : reply.send(error);
      });
      await addRoutes(server, { validate: () => reason });
      expect(await ask(server, { token })).toMatchObject({ status: 401, body: 'handled' });
      expect(isAuthError(errors[0])).toBe(true);
      expect(errors[0]).toMatchObject({
        code: 'ERR_TOKEN_REJECTED',
        status: 401,
        statusCode: 401,
        headers: { 'WWW-Authenticate': invalid },
        stack: expect.not.stringContaining(reason),
      });
    });

    it('keeps status and challenge if an error handler sets neither', async () => {
      const server = createServer(fastify);
      server.setErrorHandler((_error, _request, reply) => reply.send({ sorry: true }));
      await addRoutes(server);
      const answer = await ask(server);
      expect(answer).toMatchObject({ status: 401, body: '{"sorry":true}' });
      expect(headerOf(answer, 'www-authenticate')).toBe(anonymous);
      expect(headerOf(answer, 'content-type')).toMatch(/^application\/json/);
    });

    it('keeps them in the error handler of a route', async () => {
      const server = createServer(fastify);
      await addRoutes(server);
      const errorHandler: Parameters<FastifyInstance['setErrorHandler']>[0] = (_error, _request, reply) =>
        reply.send('mine');
      server.get('/own', { errorHandler, onRequest: server.authenticate }, ok);
      const answer = await ask(server, { path: '/own' });
      expect(answer).toMatchObject({ status: 401, body: 'mine' });
      expect(headerOf(answer, 'www-authenticate')).toBe(anonymous);
    });

    it('answers an outage with 503 and Retry-After, and without a challenge', async () => {
      const server = createServer(fastify);
      server.setErrorHandler((_error, _request, reply) => reply.send({ sorry: true }));
      await addRoutes(server, options(absent));
      const foreign = await issuer.sign({ iss: absent.issuer });
      const answer = await ask(server, { token: foreign });
      expect(answer.status).toBe(503);
      expect(Number(headerOf(answer, 'retry-after'))).toBeGreaterThan(0);
      expect(headerOf(answer, 'www-authenticate')).toBeUndefined();
    });

    it('also applies to the guards of a route', async () => {
      const server = createServer(fastify);
      await addRoutes(server);
      const expected = way === 'fastify.authenticate' ? [401, 200] : [401, 403];
      expect(await statuses(server, { path: '/scoped' }, { path: '/scoped', token })).toEqual(expected);
    });
  });

  describe('[ADAPTERS-NO-CODE] the client gets the bytes of core, and no code,', () => {
    const invalid = '{"error":"invalid_token","error_description":"The access token is invalid"}';
    const challenge = 'Bearer realm="api", error="invalid_token", error_description="The access token is invalid"';
    type Way = (server: FastifyInstance) => void;
    const ways: Record<string, Way> = {
      'from fastify.authenticate': (server) => void server.get('/', { preHandler: server.authenticate }, ok),
      'from @fastify/auth': (server) => {
        const never = async (): Promise<void> => {
          throw new Error('no API key');
        };
        server.get('/', { onRequest: server.auth([never, server.authenticate]) }, ok);
      },
      'from a hook of the application': (server) => {
        server.addHook('onRequest', async (request) => await server.authenticate(request));
        server.get('/', ok);
      },
      'from a hook that verifies the token itself': (server) => {
        server.addHook('preHandler', async (request) => {
          await server.verifier.verify(String(request.headers.authorization).replace('Bearer ', ''));
        });
        server.get('/', ok);
      },
      'from a handler that calls fastify.authenticate': (server) =>
        void server.get('/', async (request, reply) => await server.authenticate(request, reply)),
      'from an error handler that passes the error on': (server) => {
        server.setErrorHandler((error, _request, reply) => reply.send(error));
        server.get('/', { onRequest: server.authenticate }, ok);
      },
      'from an error handler that throws the error': (server) => {
        server.setErrorHandler((error) => {
          throw error;
        });
        server.get('/', { onRequest: server.authenticate }, ok);
      },
    };

    it.each(Object.entries(ways))('%s', async (_way, addRoute) => {
      const server = createServer(fastify);
      await server.register(fastifyAuth);
      await server.register(bearerAuth, { ...options(), audience: 'api://another', global: false });
      await server.register(async (scope) => addRoute(scope));
      const answer = await ask(server, { token });
      expect(answer).toMatchObject({ status: 401, body: invalid });
      expect(headerOf(answer, 'www-authenticate')).toBe(challenge);
      expect(headerOf(answer, 'content-type')).toBe('application/json');
      expect(headerOf(answer, 'cache-control')).toBe('no-store');
    });

    it('while other errors, and answers of an error handler, stay as they are', async () => {
      const server = createServer(fastify);
      await server.register(bearerAuth, { ...options(), onError: 'framework' });
      server.get('/', () => {
        throw Object.assign(new Error('teapot'), { statusCode: 418, code: 'ERR_TEAPOT' });
      });
      await server.register(async (scope) => {
        scope.setErrorHandler((error, _request, reply) => reply.send({ code: Object(error).code }));
        scope.get('/own', { preHandler: scope.requireScope('write') }, ok);
      });
      expect(JSON.parse((await ask(server, { token })).body)).toMatchObject({ statusCode: 418, code: 'ERR_TEAPOT' });
      expect(await ask(server, { path: '/own', token })).toMatchObject({
        status: 403,
        body: '{"code":"ERR_SCOPE_INSUFFICIENT"}',
      });
    });
  });

  it('answers with the bytes of core if an error handler is set and onError is not', async () => {
    const server = createServer(fastify);
    const handler = vi.fn();
    server.setErrorHandler(handler);
    await server.register(bearerAuth, options());
    server.get('/', ok);
    server.get('/scoped', { preHandler: server.requireScope('write') }, ok);
    expect((await ask(server)).body).toBe(
      '{"error":"unauthorized","error_description":"The request has no access token"}',
    );
    expect(await ask(server, { path: '/scoped', token })).toMatchObject({ status: 403 });
    expect(handler).not.toHaveBeenCalled();
  });
});

describe('inside @fastify/auth', () => {
  const byApiKey = async (request: { readonly headers: Record<string, unknown> }): Promise<void> => {
    if (request.headers['x-api-key'] !== 'open sesame') throw new Error('no API key');
  };
  const apiKey = { 'x-api-key': 'open sesame' };
  let server: FastifyInstance;

  async function createApp(onError: 'respond' | 'framework'): Promise<FastifyInstance> {
    server = createServer(Object.values(frameworks)[0] as (typeof frameworks)[string]);
    await server.register(fastifyAuth);
    await server.register(bearerAuth, { ...options(), onError, global: false });
    const { auth, authenticate, requireScope } = server;
    server.get('/or', { onRequest: auth([authenticate, byApiKey]) }, ok);
    server.get('/last', { preHandler: auth([byApiKey, authenticate]) }, ok);
    server.get('/and', { onRequest: auth([authenticate, byApiKey], { relation: 'and' }) }, ok);
    server.get('/nested', { onRequest: auth([[authenticate, requireScope('write')], byApiKey]) }, ok);
    return server;
  }

  it('fastify.authenticate is one of several alternatives', async () => {
    const app = await createApp('respond');
    expect(await statuses(app, { path: '/or' }, { path: '/or', token }, { path: '/or', headers: apiKey })).toEqual([
      401, 200, 200,
    ]);
    const and: Question[] = [{}, { token }, { headers: apiKey }, { token, headers: apiKey }];
    expect(await statuses(app, ...and.map((each) => ({ path: '/and', ...each })))).toEqual([401, 401, 401, 200]);
  });

  it('the challenge is in the response if the last error is ours, and never in a successful response', async () => {
    const app = await createApp('respond');
    const denied = await ask(app, { path: '/last', token: 'nonsense' });
    expect(denied.status).toBe(401);
    expect(headerOf(denied, 'www-authenticate')).toMatch(/error="invalid_token"/);
    const granted = await ask(app, { path: '/or', token: 'nonsense', headers: apiKey });
    expect(granted.status).toBe(200);
    expect(headerOf(granted, 'www-authenticate')).toBeUndefined();
  });

  it("route guards work with onError: 'framework', and leave the other alternatives open", async () => {
    const app = await createApp('framework');
    const questions: Question[] = [{ token }, { token, headers: apiKey }];
    expect(await statuses(app, ...questions.map((each) => ({ path: '/nested', ...each })))).toEqual([401, 200]);
  });

  it('the status of the answer is that of the error', async () => {
    const app = createServer(Object.values(frameworks)[0] as (typeof frameworks)[string]);
    await app.register(fastifyAuth);
    await app.register(bearerAuth, { ...options(), onError: 'framework', global: false });
    app.setErrorHandler((_error, _request, reply) => reply.send('mine'));
    app.get('/', { onRequest: app.auth([app.requireScope('write')]) }, ok);
    expect(await statuses(app, {}, { token })).toEqual([401, 403]);
  });
});
