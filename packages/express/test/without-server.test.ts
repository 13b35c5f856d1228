import { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { bearerAuth, getAuth } from '@verifier/express';
import { type AuthorizationServer, startAuthorizationServer } from '@verifier/test-issuer';
import type { RequestHandler } from 'express';
import { createMocks, type RequestOptions } from 'node-mocks-http';
import serverless from 'serverless-http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { frameworks } from './express-harness.ts';
import { listen } from './listen.ts';

let issuer: AuthorizationServer;
let token: string;

beforeAll(async () => {
  issuer = await startAuthorizationServer();
  token = await issuer.token();
});

afterAll(() => issuer.close());

function options(): { issuer: string; audience: string } {
  return { issuer: issuer.issuer, audience: issuer.audience };
}

const showClient: RequestHandler = (req, res) => {
  res.json({ client: getAuth(req, { optional: true })?.clientId ?? null });
};

// The expected status for each Authorization header, with and without `optional: true`.
const credentials: readonly (readonly [
  name: string,
  header: () => string | undefined,
  status: number,
  optional: number,
])[] = [
  ['no token', () => undefined, 401, 200],
  ['a good token', () => `Bearer ${token}`, 200, 200],
  ['a forged token', () => `Bearer ${token.slice(0, -8)}AAAAAAAA`, 401, 401],
  ['two tokens', () => `Bearer ${token}, Bearer ${token}`, 400, 400],
];

describe.each(Object.entries(frameworks))(
  '[REQUEST-HEADERS-DECIDE] %s on Lambda, by serverless-http',
  (_name, express) => {
    /** The event of an HTTP API, or of a REST API. */
    function eventOf(version: '1.0' | '2.0', authorization: string | undefined): object {
      const headers = { host: 'api.example', ...(authorization === undefined ? {} : { Authorization: authorization }) };
      if (version === '2.0') {
        const http = { method: 'GET', path: '/', sourceIp: '127.0.0.1' };
        return { version, rawPath: '/', rawQueryString: '', headers, body: '', requestContext: { http } };
      }
      const multiValueHeaders = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]));
      const requestContext = { identity: { sourceIp: '127.0.0.1' } };
      return { httpMethod: 'GET', path: '/', headers, multiValueHeaders, body: '', requestContext };
    }

    async function invoke(
      app: RequestHandler,
      event: object,
    ): Promise<{ readonly statusCode: number; readonly body: string }> {
      return Object(await serverless(Object(app))(Object(event), Object({})));
    }

    for (const version of ['1.0', '2.0'] as const) {
      it.each(credentials)(
        `answers %s, with an event of version ${version}`,
        async (_case, header, status, optional) => {
          const app = express().use(bearerAuth(options()), showClient);
          expect(await invoke(app, eventOf(version, header()))).toMatchObject({ statusCode: status });
          const lenient = express().use(bearerAuth({ ...options(), optional: true }), showClient);
          expect(await invoke(lenient, eventOf(version, header()))).toMatchObject({ statusCode: optional });
        },
      );
    }
  },
);

describe('[REQUEST-HEADERS-DECIDE] a middleware that is called without a server', () => {
  async function call(request: RequestOptions, isOptional = false): Promise<{ status: number; error: unknown }> {
    const auth = bearerAuth({ ...options(), optional: isOptional });
    const { req, res } = createMocks(request, { eventEmitter: EventEmitter });
    return new Promise((resolve) => {
      res.on('end', () => resolve({ status: res.statusCode, error: undefined }));
      auth(Object(req), Object(res), (error) => resolve({ status: 200, error }));
    });
  }

  it.each(credentials)('answers %s in a request of node-mocks-http', async (_case, header, status, optional) => {
    const authorization = header();
    const headers = authorization === undefined ? {} : { Authorization: authorization };
    expect(await call({ method: 'GET', headers }, false)).toEqual({ status, error: undefined });
    expect(await call({ method: 'GET', headers }, true)).toEqual({ status: optional, error: undefined });
  });

  it('answers a request without headers, and one with several values in an array', async () => {
    expect(await call({})).toEqual({ status: 401, error: undefined });
    const headers = { authorization: [`Bearer ${token}`, `Bearer ${token}`] };
    expect(await call(Object({ headers }))).toEqual({ status: 400, error: undefined });
    expect(await call(Object({ headers: { authorization: [`Bearer ${token}`] } }))).toMatchObject({ status: 200 });
  });

  it('answers 401 to a request that has no headers object', async () => {
    const { res } = createMocks({}, { eventEmitter: EventEmitter });
    const answered = new Promise((resolve) => res.on('end', resolve));
    bearerAuth(options())(Object({ method: 'GET', url: '/' }), Object(res), (error) => {
      throw new Error('The route was reached', { cause: error });
    });
    await answered;
    expect(res.statusCode).toBe(401);
  });
});

describe.each(Object.entries(frameworks))(
  '[REQUEST-HEADERS-DECIDE] %s after middleware that edits headers',
  (_name, express) => {
    async function statusOf(edit: (headers: IncomingMessage['headers']) => void, ...sent: string[]): Promise<number> {
      const app = express().use((req, _res, next) => {
        edit(req.headers);
        next();
      });
      const served = await listen(app.use(bearerAuth(options()), showClient));
      try {
        const headers = new Headers();
        for (const value of sent) headers.append('authorization', value);
        return (await fetch(served.origin, { headers })).status;
      } finally {
        await served.close();
      }
    }

    it('accepts a token that middleware set, and refuses a request whose token it deleted', async () => {
      const set = (headers: IncomingMessage['headers']): void => {
        headers.authorization = `Bearer ${token}`;
      };
      expect(await statusOf(set)).toBe(200);
      expect(await statusOf(set, 'Bearer forged')).toBe(200);
      const remove = (headers: IncomingMessage['headers']): void => {
        delete headers.authorization;
      };
      expect(await statusOf(remove, `Bearer ${token}`)).toBe(401);
    });
  },
);
