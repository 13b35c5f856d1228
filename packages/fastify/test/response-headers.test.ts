import { withResultHeader } from '@verifier/conformance';
import { bearerAuth, ConfigurationError, createVerifier, type Verifier } from '@verifier/fastify';
import { type AuthorizationServer, startAuthorizationServer } from '@verifier/test-issuer';
import type { FastifyInstance } from 'fastify';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { ask, closeAll, headerOf, type Question } from './ask.ts';
import { createServer, frameworks } from './fastify-harness.ts';

let issuer: AuthorizationServer;
let verifier: Verifier;
let token: string;

beforeAll(async () => {
  issuer = await startAuthorizationServer();
  verifier = createVerifier({ issuer: issuer.issuer, audience: issuer.audience, optional: true });
  token = await issuer.token({ scope: 'read' });
});

afterEach(closeAll);

afterAll(() => Promise.all([verifier.close(), issuer.close()]));

async function send(
  server: FastifyInstance,
  question: Question = {},
): Promise<{ status: number; nonce: string | undefined }> {
  const answer = await ask(server, question);
  return { status: answer.status, nonce: headerOf(answer, 'dpop-nonce') };
}

const ok = (): string => 'ok';

describe.each(Object.entries(frameworks))('%s: the headers of a result', (_name, fastify) => {
  const added = { status: 200, nonce: 'next' };

  it('[ADAPTERS-RESULT-HEADERS] are on the response of the application, also for an anonymous request', async () => {
    const server = createServer(fastify);
    await server.register(bearerAuth, { verifier: withResultHeader(verifier) });
    server.get('/', ok);
    server.get('/scoped', { config: { auth: { scope: 'read' } } }, ok);
    expect(await send(server, { token })).toEqual(added);
    expect(await send(server)).toEqual(added);
    expect(await send(server, { path: '/scoped', token })).toEqual(added);
  });

  it('are on the response of a route with a guard of its own, or with authenticate', async () => {
    const server = createServer(fastify);
    await server.register(bearerAuth, { verifier: withResultHeader(verifier), global: false });
    server.get('/guarded', { preHandler: server.requireScope('read') }, ok);
    server.get('/hook', { onRequest: server.authenticate }, ok);
    server.get('/called', { preHandler: (request, reply) => server.authenticate(request, reply) }, ok);
    for (const path of ['/guarded', '/hook', '/called']) expect(await send(server, { path, token })).toEqual(added);
  });

  it('are on no response to credentials that are denied', async () => {
    const server = createServer(fastify);
    await server.register(bearerAuth, { verifier: withResultHeader(verifier) });
    server.get('/', ok);
    expect(await send(server, { token: 'nonsense' })).toEqual({ status: 401, nonce: undefined });
  });

  it('stay on the response if a route guard denies access', async () => {
    const server = createServer(fastify);
    await server.register(bearerAuth, { verifier: withResultHeader(verifier) });
    server.get('/', { preHandler: server.requireScope('write') }, ok);
    expect(await send(server, { token })).toEqual({ status: 403, nonce: 'next' });
  });

  it('are left out if a response was sent already', async () => {
    const server = createServer(fastify);
    const failed = vi.fn();
    server.addHook('onRequest', (_request, reply, done) => {
      reply.raw.writeHead(504).end();
      done();
    });
    server.addHook('onError', async (_request, _reply, error) => failed(error));
    await server.register(bearerAuth, { verifier: withResultHeader(verifier) });
    server.get('/', (_request, reply) => void reply.hijack());
    expect(await send(server, { token })).toEqual({ status: 504, nonce: undefined });
    expect(failed).not.toHaveBeenCalled();
  });

  it('may be missing, as in the results of an earlier release', async () => {
    const server = createServer(fastify);
    const earlier = { ...withResultHeader(verifier), authenticate: () => Object({ ok: true, auth: null }) };
    await server.register(bearerAuth, { verifier: earlier });
    server.get('/', ok);
    expect(await send(server)).toMatchObject({ status: 200 });
  });
});

describe.each(Object.entries(frameworks))('%s: a ConfigurationError of authenticate()', (_name, fastify) => {
  it('goes to the error handler, and the route stays closed', async () => {
    const server = createServer(fastify);
    const [route, failed] = [vi.fn(ok), vi.fn()];
    const failing = {
      ...withResultHeader(verifier),
      authenticate: () => verifier.authenticate(Object({}), Object({ scopes: 'x' })),
    };
    server.setErrorHandler((error, _request, reply) => {
      failed(error);
      return reply.code(500).send('failed');
    });
    await server.register(bearerAuth, { verifier: failing });
    server.get('/', route);
    expect(await send(server, { token })).toMatchObject({ status: 500 });
    expect(failed).toHaveBeenCalledWith(expect.any(ConfigurationError));
    expect(route).not.toHaveBeenCalled();
  });
});
