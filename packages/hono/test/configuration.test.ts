import {
  bearerAuth,
  ConfigurationError,
  oktaAuth,
  requireAccess,
  requireAnyScope,
  requireAuthentication,
  requireClaims,
  requireScope,
} from '@verifier/hono';
import { startAuthorizationServer } from '@verifier/test-issuer';
import { Hono } from 'hono';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { ask } from './question.ts';

beforeEach(() => {
  vi.stubEnv('OKTA_OAUTH2_ISSUER', undefined);
  vi.stubEnv('OKTA_OAUTH2_AUDIENCE', undefined);
});

describe('oktaAuth() without options', () => {
  it('reads OKTA_OAUTH2_ISSUER and OKTA_OAUTH2_AUDIENCE', async () => {
    const issuer = await startAuthorizationServer({ audience: 'https://api.example' });
    vi.stubEnv('OKTA_OAUTH2_ISSUER', issuer.issuer);
    vi.stubEnv('OKTA_OAUTH2_AUDIENCE', 'https://api.example');
    const app = new Hono().use(oktaAuth()).get('/', (c) => c.body(null, 204));
    expect(await ask(app, { token: await issuer.token() })).toMatchObject({ status: 204 });
    await issuer.close();
  });

  it('uses the audience of the default authorization server if none is set', async () => {
    const issuer = await startAuthorizationServer({ path: '/oauth2/default', audience: 'api://default' });
    vi.stubEnv('OKTA_OAUTH2_ISSUER', issuer.issuer);
    const app = new Hono().use(oktaAuth()).get('/', (c) => c.body(null, 204));
    expect(await ask(app, { token: await issuer.token() })).toMatchObject({ status: 204 });
    await issuer.close();
  });

  it('names what to set if nothing is', () => {
    expect(() => oktaAuth()).toThrow(ConfigurationError);
    expect(() => oktaAuth()).toThrow(/OKTA_OAUTH2_ISSUER/);
  });

  it('names what to set if only the audience is missing', () => {
    vi.stubEnv('OKTA_OAUTH2_ISSUER', 'https://example.okta.com/oauth2/orders');
    expect(() => oktaAuth()).toThrow(/OKTA_OAUTH2_AUDIENCE/);
  });
});

describe('[ADAPTERS-AT-START] a middleware that was not called', () => {
  it.each<[string, unknown, string]>([
    ['oktaAuth', oktaAuth, 'call it, as in oktaAuth()'],
    ['bearerAuth', bearerAuth, 'call it, as in bearerAuth({ issuer, audience })'],
    ['requireAuthentication', requireAuthentication, 'call it, as in requireAuthentication({ maxAge: 300 })'],
    ['requireScope', requireScope, "call it, as in requireScope('read:orders')"],
    ['requireAnyScope', requireAnyScope, "call it, as in requireAnyScope('read:orders')"],
    ['requireClaims', requireClaims, 'call it, as in requireClaims('],
    ['requireAccess', requireAccess, 'call it, as in requireAccess({ scope:'],
  ])('opens no route, and the error says so: %s', async (_name, middleware, message) => {
    const errors: Error[] = [];
    const app = new Hono().use(Object(middleware)).get('/', (c) => c.body(null, 204));
    app.onError((error, c) => {
      errors.push(error);
      return c.body(null, 500);
    });
    expect((await app.request('/')).status).toBe(500);
    expect(errors).toEqual([expect.objectContaining({ message: expect.stringContaining(message) })]);
    expect(errors[0]).toBeInstanceOf(ConfigurationError);
  });
});

describe('invalid options', () => {
  const issuer = 'https://issuer.example/oauth2/default';

  it.each<[string, unknown]>([
    ['no options', undefined],
    ['null', null],
    ['a text', issuer],
    ['no issuer', { audience: 'a' }],
    ['no audience', { issuer }],
    ['an unknown option', { issuer, audience: 'a', audiense: 'b' }],
    ['an unknown onError', { issuer, audience: 'a', onError: 'throw' }],
    ['an issuer without TLS', { issuer: 'http://issuer.example', audience: 'a' }],
    ['options in addition to a verifier', { verifier: bearerAuth({ issuer, audience: 'a' }).verifier, audience: 'a' }],
    ['a realm with a line end', { issuer, audience: 'a', realm: 'a\r\nX-Injected: 1' }],
  ])('are rejected at creation: %s', (_name, options) => {
    const create: (options: unknown) => unknown = bearerAuth as never;
    expect(() => create(options)).toThrow(ConfigurationError);
  });

  it('does not read the environment in bearerAuth', () => {
    vi.stubEnv('OKTA_OAUTH2_ISSUER', issuer);
    vi.stubEnv('OKTA_OAUTH2_AUDIENCE', 'a');
    expect(() => bearerAuth(Object({}))).toThrow(ConfigurationError);
  });
});

describe('invalid route guards', () => {
  it.each([
    ['no scope', () => requireScope()],
    ['an empty list', () => requireScope([])],
    ['an empty scope', () => requireScope('')],
    ['a scope with a quote', () => requireScope('read"')],
    ['a scope with a line end', () => requireScope('read\r\nX-Injected:1')],
    ['a scope beyond ASCII', () => requireScope('lire:donn\u00e9es')],
    ['a scope that is not a string', () => requireScope(Object(1))],
    ['no scope of any', () => requireAnyScope()],
    ['no predicate', () => requireClaims(Object('admin'))],
  ])('are rejected at creation: %s', (_name, create) => {
    expect(create).toThrow(ConfigurationError);
  });
});
