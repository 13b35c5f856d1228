import fastifyAuth from '@fastify/auth';
import { bearerAuth, type GuardOptions } from '@verifier/fastify';
import { type AuthorizationServer, startAuthorizationServer } from '@verifier/test-issuer';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { ask, closeAll } from './ask.ts';
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
const anonymous = 'Bearer realm="api"';
const reason = 'hush: a reason of our own';

type ErrorHandler = Parameters<FastifyInstance['setErrorHandler']>[0];

function options(more: Partial<GuardOptions> = {}): GuardOptions {
  return { issuer: issuer.issuer, audience: issuer.audience, ...more } as GuardOptions;
}

function headersOf({ headers }: { readonly headers: readonly (readonly [string, string])[] }): Record<string, string> {
  return Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value]));
}

const cacheable = {
  'Cache-Control': 'public, max-age=600',
  'CDN-Cache-Control': 'max-age=600',
  Expires: '0',
  ETag: '"a"',
};

/** The ways in which an application makes its responses cacheable. */
const ways: Record<string, (server: FastifyInstance) => void> = {
  'in onRequest': (server) =>
    void server.addHook('onRequest', async (_request, reply) => void reply.headers(cacheable)),
  'on reply.raw': (server) =>
    void server.addHook('onRequest', async (_request, reply) => {
      for (const [name, value] of Object.entries(cacheable)) reply.raw.setHeader(name, value);
    }),
  'in onSend': (server) => void server.addHook('onSend', async (_request, reply) => void reply.headers(cacheable)),
  'in onError': (server) => void server.addHook('onError', async (_request, reply) => void reply.headers(cacheable)),
};

describe.each(Object.entries(frameworks))('%s', (_name, fastify) => {
  describe.each(['respond', 'framework'] as const)("[ANSWERS-NO-STORE] a denied request, onError: '%s'", (onError) => {
    const cases = Object.entries(ways).flatMap(([way, prepare]) => [
      [way, 'before the plugin', prepare, (): void => undefined] as const,
      [way, 'after it', (): void => undefined, prepare] as const,
    ]);

    it.each(cases)('cannot be stored, whatever the application sets %s, %s', async (_way, _when, before, after) => {
      const server = createServer(fastify);
      before(server);
      await server.register(bearerAuth, options({ onError }));
      after(server);
      server.get('/', { preHandler: server.requireScope('write') }, ok);
      const answers = [await ask(server), await ask(server, { token })];
      expect(answers.map(({ status }) => status)).toEqual([401, 403]);
      for (const headers of answers.map(headersOf)) {
        expect(headers).toMatchObject({ 'cache-control': 'no-store' });
        expect(Object.keys(headers)).not.toEqual(
          expect.arrayContaining([expect.stringMatching(/cdn-cache-control|expires|etag/)]),
        );
      }
    });
  });

  it('[ANSWERS-NO-STORE] replaces the headers of another content', async () => {
    const server = createServer(fastify);
    server.addHook('onRequest', async (_request, reply) => {
      reply.headers({ 'Content-Encoding': 'gzip', 'Content-Length': '3', 'Content-Type': 'text/html', Vary: 'Origin' });
    });
    await server.register(bearerAuth, options());
    server.get('/', ok);
    const { body, ...answer } = await ask(server);
    expect(JSON.parse(body)).toHaveProperty('error');
    expect(headersOf(answer)).toMatchObject({ 'content-length': String(body.length), vary: 'Origin' });
    expect(headersOf(answer)).not.toHaveProperty('content-encoding');
  });

  it('leaves a request that is granted access as the application has it', async () => {
    const server = createServer(fastify);
    server.addHook('onRequest', async (_request, reply) => void reply.headers(cacheable));
    await server.register(bearerAuth, options());
    server.get('/', ok);
    expect(headersOf(await ask(server, { token }))).toMatchObject({
      'cache-control': cacheable['Cache-Control'],
      etag: '"a"',
    });
  });

  describe("[ADAPTERS-ON-ERROR] onError: 'framework'", () => {
    async function answerWith(handler: ErrorHandler): ReturnType<typeof ask> {
      const server = createServer(fastify);
      server.setErrorHandler(handler);
      await server.register(bearerAuth, options({ onError: 'framework' }));
      server.get('/', ok);
      return await ask(server);
    }

    it.each<[string, ErrorHandler, number]>([
      ['sets nothing', (_error, _request, reply) => reply.send('sorry'), 401],
      ['answers all errors with 500', (_error, _request, reply) => reply.code(500).send('sorry'), 500],
      ['hides the route', (_error, _request, reply) => reply.code(404).send(), 404],
      ['throws another error', () => Promise.reject(new Error('sorry')), 500],
      ['writes the response itself', (_error, _request, reply) => void reply.hijack().raw.writeHead(401).end(), 401],
    ])('keeps the challenge in an error handler that %s', async (_what, handler, status) => {
      const answer = await answerWith(handler);
      expect(answer.status).toBe(status);
      expect(headersOf(answer)).toMatchObject({ 'www-authenticate': anonymous, 'cache-control': 'no-store' });
    });

    it.each<[number, ErrorHandler]>([
      [200, (_error, _request, reply) => reply.code(200).send('sorry')],
      [302, (_error, _request, reply) => reply.redirect('/login')],
    ])('has no challenge if an error handler answers with %d', async (status, handler) => {
      const answer = await answerWith(handler);
      expect(answer.status).toBe(status);
      expect(headersOf(answer)).not.toHaveProperty('www-authenticate');
      expect(headersOf(answer)).not.toHaveProperty('cache-control');
    });

    it("[ANSWERS-MESSAGE-HIDDEN] writes no text of validate with Fastify's own error handler", async () => {
      const server = createServer(fastify);
      await server.register(bearerAuth, options({ onError: 'framework', validate: () => reason }));
      server.get('/', ok);
      const { status, body } = await ask(server, { token });
      expect(status).toBe(401);
      expect(body).toContain('The access token is invalid');
      expect(body).not.toMatch(/hush|reason/);
    });
  });
});

describe('[ADAPTERS-COMPOSE] a token or an API key', () => {
  const byKey = async ({ headers }: FastifyRequest): Promise<void> => {
    if (headers['x-api-key'] !== 'good') throw Object.assign(new Error('no API key'), { statusCode: 401 });
  };

  /** The two documented ways. */
  const compositions: Record<string, (server: FastifyInstance) => Promise<void>> = {
    '@fastify/auth': async (server) => {
      await server.register(fastifyAuth);
      server.get('/', { onRequest: server.auth([byKey, server.authenticate]) }, ok);
    },
    'a hook': async (server) => {
      const either = async (request: FastifyRequest): Promise<void> => {
        await byKey(request).catch(() => server.authenticate(request));
      };
      server.get('/', { onRequest: either }, ok);
    },
  };

  async function createApp(compose: (server: FastifyInstance) => Promise<void>): Promise<FastifyInstance> {
    const server = createServer(Object.values(frameworks)[0] as (typeof frameworks)[string]);
    server.addHook('onRequest', async (_request, reply) => void reply.headers(cacheable));
    await server.register(bearerAuth, { ...options(), global: false });
    await compose(server);
    return server;
  }

  it.each(Object.entries(compositions))(
    'is 200 for a good key, and nothing of the refusal is left: %s',
    async (_name, compose) => {
      const server = await createApp(compose);
      for (const sent of [undefined, 'nonsense']) {
        const question = sent === undefined ? {} : { token: sent };
        const answer = await ask(server, { ...question, headers: { 'X-Api-Key': 'good' } });
        expect(answer.status).toBe(200);
        expect(headersOf(answer)).toMatchObject({ 'cache-control': cacheable['Cache-Control'], etag: '"a"' });
        expect(headersOf(answer)).not.toHaveProperty('www-authenticate');
      }
      expect(await ask(server, { token })).toMatchObject({ status: 200 });
    },
  );

  it('is 200 if the token is tried first and refused, and nothing of the refusal is left', async () => {
    const server = await createApp(async (app) => {
      await app.register(fastifyAuth);
      app.get('/', { onRequest: app.auth([app.authenticate, byKey]) }, ok);
    });
    const answer = await ask(server, { token: 'nonsense', headers: { 'X-Api-Key': 'good' } });
    expect(answer.status).toBe(200);
    expect(headersOf(answer)).not.toHaveProperty('www-authenticate');
    expect(headersOf(answer)).toMatchObject({ 'cache-control': cacheable['Cache-Control'] });
  });

  it.each(Object.entries(compositions))('has the challenge if both fail: %s', async (_name, compose) => {
    const route = vi.fn(ok);
    const server = await createApp(compose);
    server.get('/never', route);
    const answer = await ask(server, { token: 'nonsense', headers: { 'X-Api-Key': 'bad' } });
    expect(answer.status).toBe(401);
    expect(headersOf(answer)).toMatchObject({ 'cache-control': 'no-store' });
    expect(headersOf(answer)['www-authenticate']).toMatch(/error="invalid_token"/);
    expect(route).not.toHaveBeenCalled();
  });
});
