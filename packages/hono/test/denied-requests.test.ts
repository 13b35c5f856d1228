import { bearerAuth, type GuardOptions, requireScope } from '@verifier/hono';
import { type AuthorizationServer, startAuthorizationServer } from '@verifier/test-issuer';
import { type ErrorHandler, type Handler, Hono, type MiddlewareHandler } from 'hono';
import { some } from 'hono/combine';
import { HTTPException } from 'hono/http-exception';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { ask } from './question.ts';

let issuer: AuthorizationServer;
let token: string;

beforeAll(async () => {
  issuer = await startAuthorizationServer();
  token = await issuer.token({ scope: 'read' });
});

// Hono reports unhandled errors on the console.
beforeEach(() => void vi.spyOn(console, 'error').mockImplementation(() => undefined));

afterAll(() => issuer.close());

const ok: Handler = (c) => c.text('ok');
const anonymous = 'Bearer realm="api"';

function auth(more: Partial<GuardOptions> = {}): MiddlewareHandler {
  return bearerAuth({ issuer: issuer.issuer, audience: issuer.audience, ...more } as GuardOptions);
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
const ways: Record<string, MiddlewareHandler> = {
  'with c.header': async (c, next) => {
    for (const [name, value] of Object.entries(cacheable)) c.header(name, value);
    await next();
  },
  'on c.res': async (c, next) => {
    for (const [name, value] of Object.entries(cacheable)) c.res.headers.set(name, value);
    await next();
  },
};

const handlers: Record<string, ErrorHandler> = {
  'returns the response of the exception': (error, c) =>
    error instanceof HTTPException ? error.getResponse() : c.text('?', 500),
  'makes a text': (error, c) => c.text('sorry', error instanceof HTTPException ? error.status : 500),
  'makes JSON': (_error, c) => c.json({ sorry: true }, 401),
  'makes HTML': (_error, c) => c.html(Promise.resolve('<p>sorry</p>'), 401),
  'makes a response of its own': () => new Response('sorry', { status: 401 }),
  'returns a response whose headers are immutable': async () => {
    const response = await fetch('data:text/plain,sorry');
    return new Proxy(response, {
      get: (target, name) => (name === 'status' ? 401 : Reflect.get(target, name, target)),
    });
  },
};

describe.each(['respond', 'framework'] as const)("onError: '%s'", (onError) => {
  it.each(Object.entries(ways))(
    '[ANSWERS-NO-STORE] a denied request cannot be stored, whatever is set %s',
    async (_way, set) => {
      for (const handler of [undefined, handlers['makes a text'], handlers['makes a response of its own']]) {
        const app = new Hono().use(set).use(auth({ onError })).get('/', requireScope('write'), ok);
        if (handler !== undefined) app.onError(handler);
        for (const question of [{}, { token }]) {
          const answer = await ask(app, question);
          expect(answer.status).toBeGreaterThanOrEqual(401);
          const headers = headersOf(answer);
          expect(headers).toMatchObject({ 'cache-control': 'no-store' });
          for (const name of ['cdn-cache-control', 'expires', 'etag']) expect(headers).not.toHaveProperty(name);
        }
      }
    },
  );

  it.each(Object.entries(handlers))(
    '[ADAPTERS-ON-ERROR] keeps the challenge in a handler that %s',
    async (_what, handler) => {
      const app = new Hono().use(auth({ onError })).get('/', ok).onError(handler);
      const answer = await ask(app);
      expect(answer.status).toBe(401);
      expect(headersOf(answer)).toMatchObject({ 'www-authenticate': anonymous, 'cache-control': 'no-store' });
    },
  );

  it.each(Object.entries(handlers).slice(0, 4))(
    '[ADAPTERS-ON-ERROR] keeps it for a path without a route in a handler that %s',
    async (_what, handler) => {
      const answer = await ask(new Hono().use(auth({ onError })).onError(handler), { path: '/unknown' });
      expect(answer.status).toBe(401);
      expect(headersOf(answer)).toMatchObject({ 'www-authenticate': anonymous, 'cache-control': 'no-store' });
    },
  );

  it('[ADAPTERS-ON-ERROR] keeps it in the error handler of a mounted application', async () => {
    const inner = new Hono()
      .use(auth({ onError }))
      .get('/', ok)
      .onError((_error, c) => c.text('inner', 401));
    const answer = await ask(new Hono().route('/inner', inner), { path: '/inner' });
    expect(answer).toMatchObject({ status: 401, body: 'inner' });
    expect(headersOf(answer)).toMatchObject({ 'www-authenticate': anonymous, 'cache-control': 'no-store' });
  });

  it.each<[string, ErrorHandler]>([
    ['200', (_error, c) => c.text('sorry', 200)],
    ['302', (_error, c) => c.redirect('/login')],
  ])('[ADAPTERS-ON-ERROR] adds no challenge to the %s of an error handler', async (status, handler) => {
    for (const app of [new Hono().use(auth({ onError })).get('/', ok), new Hono().use(auth({ onError }))]) {
      const answer = await ask(app.onError(handler));
      expect(answer.status).toBe(Number(status));
      expect(headersOf(answer)).not.toHaveProperty('www-authenticate');
      expect(headersOf(answer)).not.toHaveProperty('cache-control');
    }
  });

  it('[ADAPTERS-ON-ERROR] removes the challenge if a middleware replaces the answer with a success', async () => {
    const app = new Hono().use(async (c, next) => {
      await next();
      c.res = new Response('fine');
    });
    const answer = await ask(app.use(auth({ onError })).get('/', ok));
    expect(answer).toMatchObject({ status: 200, body: 'fine' });
    expect(headersOf(answer)).not.toHaveProperty('www-authenticate');
    expect(headersOf(answer)).not.toHaveProperty('cache-control');
  });
});

it('[ANSWERS-MESSAGE-HIDDEN] passes no text of validate to an error handler', async () => {
  const errors: Error[] = [];
  const app = new Hono().use(auth({ validate: () => 'hush: a reason', onError: 'framework' })).get('/', ok);
  app.onError((error, c) => {
    errors.push(error);
    return c.text(`${error.stack} ${Object(error.cause).stack}`, 401);
  });
  const answer = await ask(app, { token });
  expect(answer).toMatchObject({ status: 401, body: expect.stringContaining('The access token is invalid') });
  expect(answer.body).not.toMatch(/hush|reason/);
  expect(errors[0]?.cause).toMatchObject({ code: 'ERR_TOKEN_REJECTED' });
});

describe('[ADAPTERS-COMPOSE] a token or an API key', () => {
  const byKey: MiddlewareHandler = async (c, next) => {
    if (c.req.header('X-Api-Key') !== 'good') throw new HTTPException(401, { message: 'no API key' });
    await next();
  };

  /** The two documented ways. */
  const compositions: Record<string, () => MiddlewareHandler> = {
    some: () => some(byKey, auth()),
    'a middleware': () => {
      const byToken = auth();
      return async (c, next) => (c.req.header('X-Api-Key') === 'good' ? await next() : await byToken(c, next));
    },
  };

  it.each(Object.entries({ ...compositions, 'the token first': () => some(auth(), byKey) }))(
    'is 200 for a good key, and nothing of the refusal is left: %s',
    async (_name, compose) => {
      for (const [, set = ok] of [['none', undefined] as const, ...Object.entries(ways)]) {
        const app = new Hono().use(set as MiddlewareHandler).get('/', compose(), ok);
        for (const sent of [{}, { token: 'nonsense' }]) {
          const answer = await ask(app, { ...sent, headers: { 'X-Api-Key': 'good' } });
          expect(answer).toMatchObject({ status: 200, body: 'ok' });
          expect(headersOf(answer)).not.toHaveProperty('www-authenticate');
          expect(headersOf(answer)['cache-control']).toBe(set === ok ? undefined : cacheable['Cache-Control']);
        }
      }
    },
  );

  it('leaves nothing on an error of the route either', async () => {
    const app = new Hono().get('/', some(auth(), byKey), (c) => c.text('gone', 404));
    const answer = await ask(app, { token: 'nonsense', headers: { 'X-Api-Key': 'good' } });
    expect(answer.status).toBe(404);
    expect(headersOf(answer)).not.toHaveProperty('www-authenticate');
    expect(headersOf(answer)).not.toHaveProperty('cache-control');
  });

  it.each(Object.entries(compositions))('has the challenge if both fail: %s', async (_name, compose) => {
    const route = vi.fn(ok);
    const answer = await ask(new Hono().get('/', compose(), route), {
      token: 'nonsense',
      headers: { 'X-Api-Key': 'bad' },
    });
    expect(answer.status).toBe(401);
    expect(headersOf(answer)).toMatchObject({ 'cache-control': 'no-store' });
    expect(headersOf(answer)['www-authenticate']).toMatch(/error="invalid_token"/);
    expect(route).not.toHaveBeenCalled();
  });
});
