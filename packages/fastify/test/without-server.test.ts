import { connect } from 'node:http2';
import { text } from 'node:stream/consumers';
import { bearerAuth, getAuth } from '@verifier/fastify';
import { type AuthorizationServer, startAuthorizationServer } from '@verifier/test-issuer';
import fastify5, { type FastifyInstance, type onRequestHookHandler } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createServer, frameworks } from './fastify-harness.ts';

let issuer: AuthorizationServer;
let token: string;

beforeAll(async () => {
  issuer = await startAuthorizationServer();
  token = await issuer.token();
});

afterAll(() => issuer.close());

const show = (request: Parameters<typeof getAuth>[0]): object => ({
  client: getAuth(request, { optional: true })?.clientId ?? null,
});

describe.each(Object.entries(frameworks))('[REQUEST-HEADERS-DECIDE] %s', (_name, fastify) => {
  async function serverWith(isOptional: boolean, before?: onRequestHookHandler): Promise<FastifyInstance> {
    const server = createServer(fastify);
    if (before !== undefined) server.addHook('onRequest', before);
    await server.register(bearerAuth, { issuer: issuer.issuer, audience: issuer.audience, optional: isOptional });
    server.get('/', show);
    return server;
  }

  async function statusOf(
    authorization: string | string[] | undefined,
    before?: onRequestHookHandler,
  ): Promise<number> {
    const server = await serverWith(false, before);
    const headers = authorization === undefined ? {} : { Authorization: authorization };
    const { statusCode } = await server.inject(Object({ method: 'GET', url: '/', headers }));
    await server.close();
    return statusCode;
  }

  it('answers injected requests as those of a server', async () => {
    expect(await statusOf(undefined)).toBe(401);
    expect(await statusOf(`Bearer ${token}`)).toBe(200);
    expect(await statusOf(`Bearer ${token.slice(0, -8)}AAAAAAAA`)).toBe(401);
    expect(await statusOf([`Bearer ${token}`, `Bearer ${token}`])).toBe(400);
  });

  it('does not take a forged token for an anonymous request', async () => {
    const server = await serverWith(true);
    const headers = { authorization: `Bearer ${token.slice(0, -8)}AAAAAAAA` };
    expect((await server.inject({ url: '/', headers })).statusCode).toBe(401);
    expect((await server.inject({ url: '/' })).json()).toEqual({ client: null });
    await server.close();
  });

  it('accepts a token that a hook set, and refuses a request whose token it deleted', async () => {
    const set: onRequestHookHandler = (request, _reply, done) => {
      request.headers.authorization = `Bearer ${token}`;
      done();
    };
    expect(await statusOf(undefined, set)).toBe(200);
    expect(await statusOf('Bearer forged', set)).toBe(200);
    const replace: onRequestHookHandler = (request, _reply, done) => {
      Object.assign(request, { headers: { authorization: `Bearer ${token}` } });
      done();
    };
    expect(await statusOf('Bearer forged', replace)).toBe(200);
    const remove: onRequestHookHandler = (request, _reply, done) => {
      delete request.raw.headers.authorization;
      done();
    };
    expect(await statusOf(`Bearer ${token}`, remove)).toBe(401);
  });
});

describe('[REQUEST-HEADERS-DECIDE] Fastify over HTTP/2', () => {
  async function statusOf(authorization?: string): Promise<number> {
    const server = fastify5({ http2: true });
    await server.register(bearerAuth, { issuer: issuer.issuer, audience: issuer.audience });
    server.get('/', show);
    const client = connect(await server.listen({ port: 0, host: '127.0.0.1' }));
    try {
      const stream = client.request({ ':path': '/', ...(authorization === undefined ? {} : { authorization }) });
      const status = new Promise<number>((resolve) =>
        stream.on('response', (headers) => resolve(Number(headers[':status']))),
      );
      await text(stream);
      return await status;
    } finally {
      client.destroy();
      await server.close();
    }
  }

  it('answers as over HTTP/1.1', async () => {
    expect(await statusOf()).toBe(401);
    expect(await statusOf(`Bearer ${token}`)).toBe(200);
  });
});
