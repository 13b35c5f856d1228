import { bearerAuth, requireAnyScope, requireScope } from '@verifier/hono';
import { type AuthorizationServer, startAuthorizationServer, watchPoolSignatures } from '@verifier/test-issuer';
import { type Handler, Hono, type MiddlewareHandler } from 'hono';
import { every, except, some } from 'hono/combine';
import { HTTPException } from 'hono/http-exception';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { ask, headerOf } from './question.ts';

let issuers: readonly AuthorizationServer[];
let tokens: readonly string[];

beforeAll(async () => {
  issuers = await Promise.all([startAuthorizationServer(), startAuthorizationServer()]);
  tokens = await Promise.all(issuers.map((issuer) => issuer.token({ scope: 'read' })));
});

afterAll(() => Promise.all(issuers.map((issuer) => issuer.close())));

const route = vi.fn<Handler>((c) => c.json(c.get('auth')?.issuer ?? null));

beforeEach(() => void route.mockClear());

function auth(index: number, realm = `realm-${index}`): MiddlewareHandler {
  const { issuer = '', audience = '' } = issuers[index] ?? {};
  return bearerAuth({ issuer, audience, realm });
}

// A middleware of an application, which calls next() or throws.
const apiKey: MiddlewareHandler = async (c, next) => {
  if (c.req.header('X-Api-Key') !== 'good') throw new HTTPException(403, { message: 'no key' });
  await next();
};

describe('some', () => {
  it('accepts the tokens of either of two issuers', async () => {
    const app = new Hono().use(some(auth(0), auth(1))).get('/', route);
    for (const [index, token] of tokens.entries()) {
      expect(await ask(app, { token })).toMatchObject({ status: 200, body: JSON.stringify(issuers[index]?.issuer) });
    }
    expect(route).toHaveBeenCalledTimes(2);
  });

  it('denies tokens that neither accepts, with the challenge of the last', async () => {
    const app = new Hono().use(some(auth(0), auth(1))).get('/', route);
    const answer = await ask(app, { token: 'nonsense' });
    expect(answer).toMatchObject({
      status: 401,
      body: '{"error":"invalid_token","error_description":"The access token is invalid"}',
    });
    expect(headerOf(answer, 'www-authenticate')).toMatch(/^Bearer realm="realm-1", error="invalid_token"/);
    expect(route).not.toHaveBeenCalled();
  });

  it('[PROCESS-POOL-ONCE] verifies a signature once for several middlewares of one issuer', async () => {
    const app = new Hono().use(some(auth(0), auth(0, 'another'), auth(0, 'a third'))).get('/', route);
    await ask(app, { token: tokens[0] ?? '' });
    const signatures = watchPoolSignatures();
    const answer = await ask(app, { token: `${tokens[0]?.slice(0, -10)}AAAAAAAAAA` });
    signatures.stop();
    expect(answer.status).toBe(401);
    expect(signatures.total).toBe(1);
  });

  it('continues with the next middleware after one that denies, and no further', async () => {
    const app = new Hono().use(some(auth(0), apiKey)).get('/', route);
    expect(await ask(app, { headers: { 'X-Api-Key': 'good' } })).toMatchObject({ status: 200, body: 'null' });
    expect(await ask(app)).toMatchObject({ status: 403, body: 'no key' });
    expect(route).toHaveBeenCalledTimes(1);
  });

  it('skips the middlewares after one that accepts the token', async () => {
    const after = vi.fn(apiKey);
    expect(await ask(new Hono().use(some(auth(0), after)).get('/', route), { token: tokens[0] ?? '' })).toMatchObject({
      status: 200,
    });
    expect(after).not.toHaveBeenCalled();
  });

  it('accepts one of several scope guards', async () => {
    const either = some(requireScope('write'), requireAnyScope('read', 'other'));
    const app = new Hono().use(auth(0)).use(either).get('/', route);
    expect(await ask(app, { token: tokens[0] ?? '' })).toMatchObject({ status: 200 });
  });

  it('stays closed if a scope guard comes before authentication', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const app = new Hono().use(some(requireScope('read'), requireScope('write'))).get('/', route);
    expect(await ask(app, { token: tokens[0] ?? '' })).toMatchObject({ status: 500 });
    expect(route).not.toHaveBeenCalled();
  });
});

describe('every', () => {
  it('joins authentication and a scope guard', async () => {
    const app = new Hono().use(every(auth(0), requireScope('read'))).get('/', route);
    expect(await ask(app, { token: tokens[0] ?? '' })).toMatchObject({ status: 200 });
    expect(await ask(app, { token: tokens[1] ?? '' })).toMatchObject({ status: 401 });
    expect(await ask(app)).toMatchObject({ status: 401 });
    expect(route).toHaveBeenCalledTimes(1);
  });

  it('answers with the bytes of the guard that denied the request', async () => {
    const app = new Hono().use(every(auth(0), requireScope('write'))).get('/', route);
    const answer = await ask(app, { token: tokens[0] ?? '' });
    expect(answer).toMatchObject({
      status: 403,
      body: '{"error":"insufficient_scope","error_description":"The access token lacks a required scope"}',
    });
    expect(headerOf(answer, 'www-authenticate')).toMatch(/^Bearer realm="realm-0".*scope="write"$/);
    expect(route).not.toHaveBeenCalled();
  });

  it('is one alternative of some', async () => {
    const app = new Hono().use(some(every(auth(0), requireScope('write')), auth(1), apiKey)).get('/', route);
    expect(await ask(app, { token: tokens[0] ?? '' })).toMatchObject({ status: 403, body: 'no key' });
    expect(await ask(app, { token: tokens[1] ?? '' })).toMatchObject({ status: 200 });
    expect(route).toHaveBeenCalledTimes(1);
  });
});

describe('except', () => {
  it('makes some paths public, and guards all others', async () => {
    const app = new Hono().use(except('/public/*', auth(0))).get('*', route);
    expect(await ask(app, { path: '/public/page' })).toMatchObject({ status: 200, body: 'null' });
    const denied = await ask(app, { path: '/private' });
    expect(denied.status).toBe(401);
    expect(headerOf(denied, 'www-authenticate')).toBe('Bearer realm="realm-0"');
    expect(await ask(app, { path: '/private', token: tokens[0] ?? '' })).toMatchObject({ status: 200 });
    expect(route).toHaveBeenCalledTimes(2);
  });
});
