import {
  bearerAuth,
  ConfigurationError,
  createVerifier,
  getAuth,
  isAuthError,
  requireAccess,
  requireAnyScope,
  requireClaims,
  requireScope,
} from '@verifier/hono';
import { type AuthorizationServer, startAuthorizationServer } from '@verifier/test-issuer';
import { type ErrorHandler, type Handler, Hono } from 'hono';
import { cors } from 'hono/cors';
import { HTTPException } from 'hono/http-exception';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { ask, headerOf } from './question.ts';

let issuer: AuthorizationServer;
let token: string;

beforeAll(async () => {
  issuer = await startAuthorizationServer();
  token = await issuer.token({ scope: 'read' });
});

// Hono reports unhandled errors on the console.
beforeEach(() => void vi.spyOn(console, 'error').mockImplementation(() => undefined));

afterAll(() => issuer.close());

function options(): { issuer: string; audience: string } {
  return { issuer: issuer.issuer, audience: issuer.audience };
}

const noContent: Handler = (c) => c.body(null, 204);

function collector(): { readonly errors: Error[]; readonly handler: ErrorHandler } {
  const errors: Error[] = [];
  const handler: ErrorHandler = (error, c) => {
    errors.push(error);
    return error instanceof HTTPException ? error.getResponse() : c.json('handled', 500);
  };
  return { errors, handler };
}

const anonymousBody = '{"error":"unauthorized","error_description":"The request has no access token"}';

describe('a preflight request', () => {
  const preflight = {
    method: 'OPTIONS',
    headers: { Origin: 'https://app.example', 'Access-Control-Request-Method': 'GET' },
  };

  it('is answered by cors if it is mounted first', async () => {
    const answer = await ask(new Hono().use(cors()).use(bearerAuth(options())).all('/', noContent), preflight);
    expect(answer.status).toBe(204);
    expect(headerOf(answer, 'access-control-allow-origin')).toBe('*');
  });

  it('is answered with 401 if cors is mounted later', async () => {
    const after = vi.fn(noContent);
    const answer = await ask(new Hono().use(bearerAuth(options())).use(cors()).all('/', after), preflight);
    expect(answer.status).toBe(401);
    expect(after).not.toHaveBeenCalled();
  });

  it('can read a denied request in a browser if cors is mounted first', async () => {
    const app = new Hono().use(cors({ origin: '*', exposeHeaders: ['WWW-Authenticate'] })).use(bearerAuth(options()));
    const answer = await ask(app.get('/', noContent), { headers: { Origin: 'https://app.example' } });
    expect(answer).toMatchObject({ status: 401, body: anonymousBody });
    expect(headerOf(answer, 'access-control-allow-origin')).toBe('*');
    expect(headerOf(answer, 'www-authenticate')).toBe('Bearer realm="api"');
  });
});

describe('a denied request', () => {
  it.each(['respond', 'framework'] as const)(
    "is thrown with its answer and its cause (onError: '%s')",
    async (onError) => {
      const { errors, handler } = collector();
      const app = new Hono().use(bearerAuth({ ...options(), onError })).get('/', noContent);
      const answer = await ask(app.onError(handler));
      expect(answer).toMatchObject({ status: 401, body: anonymousBody });
      expect(headerOf(answer, 'www-authenticate')).toBe('Bearer realm="api"');
      expect(headerOf(answer, 'content-type')).toBe('application/json');
      const [error] = errors;
      expect(error).toBeInstanceOf(HTTPException);
      expect(error).toMatchObject({ status: 401, cause: { code: 'ERR_CREDENTIALS_MISSING', status: 401 } });
      expect(error?.cause).toMatchObject({ headers: { 'WWW-Authenticate': 'Bearer realm="api"' } });
      expect(isAuthError(error?.cause)).toBe(true);
    },
  );

  it('has a message that the client may see', async () => {
    const { errors, handler } = collector();
    const app = new Hono().use(bearerAuth(options())).get('/', noContent).onError(handler);
    await ask(app, { token: await issuer.sign({ aud: 'https://other.example' }) });
    expect(errors[0]?.message).toBe('The access token is invalid');
    expect(errors[0]?.cause).toMatchObject({ code: 'ERR_AUDIENCE_MISMATCH', message: 'The access token is invalid' });
  });

  it('names the required scopes', async () => {
    const { errors, handler } = collector();
    const app = new Hono().use(bearerAuth(options())).use(requireScope('write')).get('/', noContent).onError(handler);
    const answer = await ask(app, { token });
    expect(headerOf(answer, 'www-authenticate')).toMatch(/error="insufficient_scope".*scope="write"$/);
    expect(errors[0]?.cause).toMatchObject({ code: 'ERR_SCOPE_INSUFFICIENT', scope: ['write'] });
  });

  it('can be answered by the application with another body and the same challenge', async () => {
    const app = new Hono().use(bearerAuth(options())).get('/', noContent);
    app.onError((error, c) =>
      isAuthError(error.cause) ? c.text('no', error.cause.status, { ...error.cause.headers }) : c.text('?', 500),
    );
    const answer = await ask(app);
    expect(answer).toMatchObject({ status: 401, body: 'no' });
    expect(headerOf(answer, 'www-authenticate')).toBe('Bearer realm="api"');
  });

  it('keeps the headers that were set before it', async () => {
    const app = new Hono().use(async (c, next) => {
      c.header('X-Request-Id', '1');
      await next();
    });
    const answer = await ask(app.use(bearerAuth(options())).get('/', noContent));
    expect([headerOf(answer, 'x-request-id'), answer.body]).toEqual(['1', anonymousBody]);
  });

  it.each<[string, string, string | undefined, number]>([
    ['nothing', '/', undefined, 401],
    ['an invalid token', '/', 'nonsense', 401],
    ['an insufficient scope', '/scoped', 'GOOD', 403],
  ])('never runs a route: %s', async (_name, path, sent, status) => {
    const route = vi.fn(noContent);
    const app = new Hono().use(bearerAuth(options())).use('/scoped', requireScope('write')).get('*', route);
    const question = { path, ...(sent === undefined ? {} : { token: sent === 'GOOD' ? token : sent }) };
    expect(await ask(app, question)).toMatchObject({ status });
    expect(route).not.toHaveBeenCalled();
  });
});

describe('a route guard before any authentication', () => {
  it.each([
    ['requireScope', requireScope('read')],
    ['requireAnyScope', requireAnyScope('read')],
    ['requireClaims', requireClaims(() => true)],
    ['requireAccess', requireAccess({ role: 'admin' })],
  ])('[ADAPTERS-GUARD-ORDER] %s keeps the route closed and names what is missing', async (name, guard) => {
    const route = vi.fn(noContent);
    const { errors, handler } = collector();
    const app = new Hono().use(guard).get('/', route).onError(handler);
    expect(await ask(app, { token })).toMatchObject({ status: 500 });
    expect(route).not.toHaveBeenCalled();
    expect(errors[0]).toBeInstanceOf(ConfigurationError);
    expect(String(errors[0])).toMatch(new RegExp(`${name}.*oktaAuth\\(\\).*before`));
  });

  it('is a plain 500 without an error handler', async () => {
    const app = new Hono().get('/', requireScope('read'), noContent);
    expect(await ask(app, { token })).toMatchObject({ status: 500, body: 'Internal Server Error' });
  });

  it('ignores an auth variable of another library', async () => {
    const route = vi.fn(noContent);
    const app = new Hono<{ Variables: { auth: unknown } }>().use(async (c, next) => {
      c.set('auth', { scopes: ['read'], claims: {} });
      await next();
    });
    expect(await ask(app.get('/', requireScope('read'), route), { token })).toMatchObject({ status: 500 });
    expect(route).not.toHaveBeenCalled();
  });
});

describe('what a guarded route sees', () => {
  it('is the verified token, as c.var.auth, c.get and from getAuth', async () => {
    const app = new Hono().use(bearerAuth(options())).get('/', (c) => {
      const auth = getAuth(c);
      const same = c.var.auth === auth && c.get('auth') === auth;
      return c.json({ same, scopes: auth.scopes, token: auth.token === token });
    });
    const { body } = await ask(app, { token });
    expect(JSON.parse(body)).toEqual({ same: true, scopes: ['read'], token: true });
  });

  it('does not contain the token when it is serialized', async () => {
    const app = new Hono().use(bearerAuth(options())).get('/', (c) => new Response(JSON.stringify(c.var)));
    const { status, body } = await ask(app, { token });
    expect(status).toBe(200);
    expect(body).toContain('"scopes":["read"]');
    expect(body).not.toContain(token.split('.')[2]);
  });

  it('is available in an application that is mounted with route()', async () => {
    const orders = new Hono().get('/', requireScope('read'), (c) => c.json(c.var.auth.scopes));
    const app = new Hono().use(bearerAuth(options())).route('/orders', orders);
    expect(await ask(app, { path: '/orders', token })).toMatchObject({ status: 200, body: '["read"]' });
  });

  it('is null for an anonymous request if getAuth has optional: true', async () => {
    const app = new Hono().use(bearerAuth({ ...options(), optional: true })).get('/', (c) => {
      return c.json({ attached: c.var.auth, got: getAuth(c, { optional: true }) });
    });
    expect(JSON.parse((await ask(app)).body)).toEqual({ attached: null, got: null });
  });

  it('is a 401 with its challenge for an anonymous request if getAuth does not have optional: true', async () => {
    const app = new Hono().use(bearerAuth({ ...options(), optional: true }));
    const answer = await ask(app.get('/', (c) => c.json(getAuth(c).scopes)));
    expect(answer).toMatchObject({ status: 401, body: anonymousBody });
    expect(headerOf(answer, 'www-authenticate')).toBe('Bearer realm="api"');
  });

  it('is a ConfigurationError if no middleware ran', async () => {
    const { errors, handler } = collector();
    const app = new Hono().get('/', (c) => c.json(getAuth(c).scopes)).onError(handler);
    expect(await ask(app)).toMatchObject({ status: 500 });
    expect(errors[0]).toBeInstanceOf(ConfigurationError);
    expect(String(errors[0])).toMatch(/getAuth\(c\).*oktaAuth\(\).*before/);
  });
});

describe('errors of the application itself', () => {
  const outOfRange = new RangeError('out of range');

  it.each([
    [
      'throws',
      () => {
        throw outOfRange;
      },
    ],
    ['rejects', () => Promise.reject<string>(outOfRange)],
  ])('reach app.onError if validate %s, and the route stays closed', async (_how, validate) => {
    const route = vi.fn(noContent);
    const { errors, handler } = collector();
    const app = new Hono()
      .use(bearerAuth({ ...options(), validate }))
      .get('/', route)
      .onError(handler);
    expect(await ask(app, { token })).toMatchObject({ status: 500 });
    expect(errors).toEqual([outOfRange]);
    expect(route).not.toHaveBeenCalled();
  });

  it('reach app.onError if a claims predicate throws, and the route stays closed', async () => {
    const route = vi.fn(noContent);
    const { errors, handler } = collector();
    const guard = requireClaims(() => {
      throw outOfRange;
    });
    const app = new Hono().use(bearerAuth(options())).use(guard).get('/', route).onError(handler);
    expect(await ask(app, { token })).toMatchObject({ status: 500 });
    expect(errors).toEqual([outOfRange]);
    expect(route).not.toHaveBeenCalled();
  });

  it('reach app.onError once if a route throws after authentication', async () => {
    const { errors, handler } = collector();
    const app = new Hono().use(bearerAuth(options())).get('/', () => {
      throw outOfRange;
    });
    expect(await ask(app.onError(handler), { token })).toMatchObject({ status: 500 });
    expect(errors).toEqual([outOfRange]);
  });
});

it('uses the nearest middleware, including its realm', async () => {
  const app = new Hono()
    .use(bearerAuth({ ...options(), realm: 'outer' }))
    .use('/inner', bearerAuth({ ...options(), realm: 'inner' }))
    .get('*', requireScope('write'), noContent);
  const [inner, outer] = [await ask(app, { path: '/inner', token }), await ask(app, { path: '/outer', token })];
  expect(headerOf(inner, 'www-authenticate')).toMatch(/^Bearer realm="inner", error="insufficient_scope"/);
  expect(headerOf(outer, 'www-authenticate')).toMatch(/^Bearer realm="outer", error="insufficient_scope"/);
});

it('passes a background refresh to waitUntil, and works without an execution context', async () => {
  let ahead = 0;
  const clock = { now: () => Date.now() / 1000, monotonic: () => performance.now() / 1000 + ahead };
  const verifier = createVerifier({ ...options(), clock });
  const app = new Hono().use(bearerAuth({ verifier })).get('/', noContent);
  const request = { headers: { Authorization: `Bearer ${token}` } };
  const waitUntil = vi.fn();
  const context = { waitUntil, passThroughOnException: () => undefined, props: {} };
  expect((await app.request('/', request, {}, context)).status).toBe(204);
  expect(waitUntil).not.toHaveBeenCalled();
  ahead = 590;
  expect((await app.request('/', request, {}, context)).status).toBe(204);
  expect(waitUntil).toHaveBeenCalledTimes(1);
  await waitUntil.mock.calls[0]?.[0];
  ahead = 1180;
  expect((await app.request('/', request)).status).toBe(204);
  await verifier.close();
});
