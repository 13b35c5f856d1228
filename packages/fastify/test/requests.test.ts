import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:http2';
import { setTimeout as delay } from 'node:timers/promises';
import { bearerAuth, getAuth, type VerifierOptions } from '@verifier/fastify';
import { type AuthorizationServer, startAuthorizationServer } from '@verifier/test-issuer';
import fastify5, { type FastifyRequest } from 'fastify';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { ask, closeAll, headerOf, statuses } from './ask.ts';
import { createServer, frameworks } from './fastify-harness.ts';

let issuer: AuthorizationServer;
let token: string;

beforeAll(async () => {
  issuer = await startAuthorizationServer();
  token = await issuer.token({ scope: 'read' });
});

afterEach(closeAll);

afterAll(() => issuer.close());

function options(): { issuer: string; audience: string } {
  return { issuer: issuer.issuer, audience: issuer.audience };
}

describe.each(Object.entries(frameworks))('%s', (_name, fastify) => {
  it('denies a request before its body arrives, and reads none of it', async () => {
    const server = createServer(fastify);
    const parse = vi.fn((_request: unknown, _body: unknown, done: (error: Error | null) => void) => done(null));
    const read = vi.fn(
      (_request: unknown, _reply: unknown, stream: unknown, done: (error: null, next: unknown) => void) =>
        done(null, stream),
    );
    server.addContentTypeParser('application/json', Object(parse));
    server.addHook('preParsing', Object(read));
    await server.register(bearerAuth, options());
    server.post('/', async () => 'ok');
    const origin = await server.listen({ port: 0, host: '127.0.0.1' });
    // The request announces a megabyte and sends none of it.
    const headers = { 'Content-Type': 'application/json', 'Content-Length': 1_000_000 };
    const request = httpRequest(origin, { method: 'POST', headers });
    request.on('error', () => undefined);
    request.flushHeaders();
    const [{ statusCode }] = await once(request, 'response');
    expect(statusCode).toBe(401);
    expect(read).not.toHaveBeenCalled();
    expect(parse).not.toHaveBeenCalled();
    request.destroy();
    await server.close();
  });

  describe('what a guarded route sees', () => {
    it('is the verified token, as request.auth and from getAuth', async () => {
      const server = createServer(fastify);
      await server.register(bearerAuth, options());
      server.get('/', (request) => {
        const auth = getAuth(request);
        return { same: request.auth === auth, scopes: auth.scopes, token: auth.token === token };
      });
      const { body } = await ask(server, { token });
      expect(JSON.parse(body)).toEqual({ same: true, scopes: ['read'], token: true });
    });

    it('does not contain the token when it is serialized', async () => {
      const server = createServer(fastify);
      await server.register(bearerAuth, options());
      server.get('/', (request) => request.auth);
      const { status, body } = await ask(server, { token });
      expect(status).toBe(200);
      expect(body).not.toContain(token.split('.')[2]);
    });

    it('[ADAPTERS-OPEN-ROUTE] is null from getAuth with optional: true on a route with auth: false, and only there', async () => {
      const server = fastify();
      await server.register(bearerAuth, { ...options(), global: false });
      const handler = (request: FastifyRequest): object => ({ auth: getAuth(request, { optional: true }) });
      server.get('/open', { config: { auth: false } }, handler);
      server.get('/undeclared', handler);
      const headers = { Authorization: `Bearer ${token}` };
      for (const sent of [{}, headers]) {
        expect((await server.inject({ path: '/open', headers: sent })).json()).toEqual({ auth: null });
        expect((await server.inject({ path: '/undeclared', headers: sent })).statusCode).toBe(500);
      }
      await server.close();
    });

    it('[ADAPTERS-OPEN-ROUTE] is an error that names optional: true on a route with auth: false', async () => {
      const server = createServer(fastify);
      await server.register(bearerAuth, options());
      server.get('/', { config: { auth: false } }, (request) => getAuth(request).scopes);
      const { message } = (await server.inject('/')).json();
      expect(message).toMatch(/config\.auth of this route is false\. Pass \{ optional: true \}/);
    });

    it('is a 401 with its challenge for an anonymous request if getAuth does not have optional: true', async () => {
      const server = createServer(fastify);
      await server.register(bearerAuth, { ...options(), optional: true });
      server.get('/', (request) => getAuth(request).scopes);
      server.get('/expecting', (request) => ({ auth: getAuth(request, { optional: true }) }));
      const answer = await ask(server);
      expect(answer.status).toBe(401);
      expect(headerOf(answer, 'www-authenticate')).toBe('Bearer realm="api"');
      expect(await ask(server, { path: '/expecting' })).toMatchObject({ status: 200, body: '{"auth":null}' });
    });

    it('is an error with the correction if nothing authenticated the request', async () => {
      const server = createServer(fastify);
      await server.register(bearerAuth, { ...options(), global: false });
      server.get('/', (request) => getAuth(request).scopes);
      const { status, body } = await ask(server, { token });
      expect(status).toBe(500);
      expect(body).toMatch(/getAuth\(request\).*register oktaAuth.*config\.auth/);
    });

    it('ignores a request.auth of another plugin', async () => {
      const server = createServer(fastify);
      server.addHook('onRequest', (request, _reply, done) => {
        Object.assign(request, { auth: { scopes: ['write'], claims: {} } });
        done();
      });
      await server.register(bearerAuth, { ...options(), global: false });
      server.get('/', { preHandler: server.requireScope('write') }, async () => 'ok');
      expect(await statuses(server, {}, { token })).toEqual([401, 403]);
    });

    it('is decorated in advance, so that no request changes its shape', async () => {
      const server = createServer(fastify);
      const shapes: unknown[] = [];
      const record = async (request: FastifyRequest): Promise<void> => void shapes.push(Reflect.ownKeys(request));
      server.addHook('onRequest', record);
      await server.register(bearerAuth, options());
      server.addHook('onRequest', record);
      server.get('/', async () => 'ok');
      await ask(server, { token });
      expect(shapes).toHaveLength(2);
      expect(shapes[1]).toEqual(shapes[0]);
      expect(shapes[0]).toContain('auth');
    });
  });

  describe('errors of the application itself', () => {
    const outOfRange = (): never => {
      throw new RangeError('out of range');
    };
    const throwNothing = (): never => {
      throw undefined;
    };

    it.each<[string, NonNullable<VerifierOptions['validate']>]>([
      ['throws', outOfRange],
      ['throws nothing', throwNothing],
      ['rejects', () => Promise.reject(new RangeError('out of range'))],
      ['rejects with nothing', () => Promise.reject()],
    ])('keep the route closed if validate %s', async (_how, validate) => {
      const route = vi.fn(async () => 'ok');
      for (const onError of ['respond', 'framework'] as const) {
        const server = createServer(fastify);
        await server.register(bearerAuth, { ...options(), onError, validate });
        server.get('/', route);
        expect(await statuses(server, { token })).toEqual([500]);
      }
      expect(route).not.toHaveBeenCalled();
    });

    it.each([
      ['throws', outOfRange],
      ['throws nothing', throwNothing],
    ])('keep the route closed if a claims predicate %s', async (_how, predicate) => {
      const route = vi.fn(async () => 'ok');
      const server = createServer(fastify);
      await server.register(bearerAuth, options());
      server.get('/guard', { preHandler: server.requireClaims(predicate) }, route);
      server.get('/config', { config: { auth: { claims: predicate } } }, route);
      expect(await statuses(server, { path: '/guard', token }, { path: '/config', token })).toEqual([500, 500]);
      expect(route).not.toHaveBeenCalled();
    });
  });

  it('keeps a response that was sent meanwhile, and keeps the route closed', async () => {
    const server = createServer(fastify);
    const route = vi.fn(async () => 'ok');
    server.addHook('onRequest', (_request, reply, done) => {
      setTimeout(() => reply.code(504).send('too late'), 5);
      done();
    });
    const validate = (): Promise<string> => delay(25, 'rejected');
    await server.register(bearerAuth, { ...options(), validate });
    server.get('/', route);
    expect(await ask(server, { token })).toMatchObject({ status: 504, body: 'too late' });
    await delay(40);
    expect(route).not.toHaveBeenCalled();
  });

  it('continues in the same turn with a cached token', async () => {
    const server = createServer(fastify);
    let turn = 'none';
    server.addHook('onRequest', (_request, _reply, done) => {
      turn = 'same';
      queueMicrotask(() => {
        turn = 'next';
      });
      done();
    });
    await server.register(bearerAuth, { ...options(), warmUp: true });
    server.get('/', (_request, reply) => void reply.send(turn));
    await ask(server, { token });
    expect((await ask(server, { token })).body).toBe('same');
  });

  it('passes getToken the URL that Fastify computes behind a trusted proxy', async () => {
    const server = fastify({ trustProxy: true });
    const seen: unknown[] = [];
    const getToken: VerifierOptions['getToken'] = (request) => {
      seen.push([request.method, request.url(), request.header('X-Twice')]);
      return token;
    };
    await server.register(bearerAuth, { ...options(), getToken });
    server.get('/orders', async () => 'ok');
    const headers = { 'X-Forwarded-Proto': 'https', 'X-Forwarded-Host': 'api.example', 'x-twice': '1' };
    expect(await statuses(server, { path: '/orders?page=2', headers })).toEqual([200]);
    expect(seen).toEqual([['GET', 'https://api.example/orders?page=2', ['1']]]);
  });

  it('works with inject', async () => {
    const server = fastify();
    await server.register(bearerAuth, options());
    server.get('/', (request) => getAuth(request).scopes);
    const headers = { authorization: `Bearer ${token}` };
    const [denied, granted] = [await server.inject('/'), await server.inject({ url: '/', headers })];
    expect(denied.statusCode).toBe(401);
    expect(denied.headers['www-authenticate']).toBe('Bearer realm="api"');
    expect(granted.json()).toEqual(['read']);
    await server.close();
  });
});

it('works over HTTP/2', async () => {
  const server = fastify5({ http2: true });
  await server.register(bearerAuth, options());
  server.get('/', (request) => getAuth(request).scopes);
  const client = connect(await server.listen({ port: 0, host: '127.0.0.1' }));
  const statusOf = async (headers: Record<string, string>): Promise<unknown> => {
    const stream = client.request({ ':path': '/', ...headers });
    const [answer] = await once(stream, 'response');
    stream.resume();
    return answer[':status'];
  };
  expect(await statusOf({})).toBe(401);
  expect(await statusOf({ authorization: `Bearer ${token}` })).toBe(200);
  client.close();
  await server.close();
});
