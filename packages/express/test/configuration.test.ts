import { exchange } from '@verifier/conformance';
import {
  bearerAuth,
  ConfigurationError,
  oktaAuth,
  requireAccess,
  requireAnyScope,
  requireAuthentication,
  requireClaims,
  requireScope,
} from '@verifier/express';
import { startAuthorizationServer } from '@verifier/test-issuer';
import express, { type NextFunction, type Request, type Response } from 'express';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { listen } from './listen.ts';

beforeEach(() => {
  vi.stubEnv('OKTA_OAUTH2_ISSUER', undefined);
  vi.stubEnv('OKTA_OAUTH2_AUDIENCE', undefined);
});

describe('oktaAuth() without options', () => {
  it('reads OKTA_OAUTH2_ISSUER and OKTA_OAUTH2_AUDIENCE', async () => {
    const issuer = await startAuthorizationServer({ audience: 'https://api.example' });
    vi.stubEnv('OKTA_OAUTH2_ISSUER', issuer.issuer);
    vi.stubEnv('OKTA_OAUTH2_AUDIENCE', 'https://api.example');
    const app = await listen(express().use(oktaAuth(), (_req, res) => void res.sendStatus(204)));
    const headers = [['Authorization', `Bearer ${await issuer.token()}`]] as const;
    expect(await exchange(app.origin, { method: 'GET', path: '/', headers })).toMatchObject({ status: 204 });
    await Promise.all([app.close(), issuer.close()]);
  });

  it('uses the audience of the default authorization server if none is set', async () => {
    const issuer = await startAuthorizationServer({ path: '/oauth2/default', audience: 'api://default' });
    vi.stubEnv('OKTA_OAUTH2_ISSUER', issuer.issuer);
    const app = await listen(express().use(oktaAuth(), (_req, res) => void res.sendStatus(204)));
    const headers = [['Authorization', `Bearer ${await issuer.token()}`]] as const;
    expect(await exchange(app.origin, { method: 'GET', path: '/', headers })).toMatchObject({ status: 204 });
    await Promise.all([app.close(), issuer.close()]);
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

describe('a clock that stops working', () => {
  it('[CLOCK-FINITE] opens no route: the answer is 500, also for a token that was accepted before', async () => {
    const issuer = await startAuthorizationServer({ audience: 'https://api.example' });
    let now = (): number => Date.now() / 1000;
    const clock = { now: () => now(), monotonic: () => performance.now() / 1000 };
    const auth = bearerAuth({ issuer: issuer.issuer, audience: 'https://api.example', clock });
    const app = express().use(auth, (_req, res) => void res.sendStatus(204));
    // Express answers an error that it does not know with 500, and logs it in other environments.
    const server = await listen(app.set('env', 'test'));
    const headers = [['Authorization', `Bearer ${await issuer.token()}`]] as const;
    const statusOf = async () => (await exchange(server.origin, { method: 'GET', path: '/', headers })).status;
    expect(await statusOf()).toBe(204);
    now = () => Number.NaN;
    expect(await statusOf()).toBe(500);
    now = () => Date.now() / 1000;
    expect(await statusOf()).toBe(204);
    await Promise.all([server.close(), issuer.close(), auth.verifier.close()]);
  });
});

describe('[ADAPTERS-AT-START] invalid options', () => {
  const issuer = 'https://issuer.example/oauth2/default';

  it.each<[string, object | undefined]>([
    ['no options', undefined],
    ['no issuer', { audience: 'a' }],
    ['no audience', { issuer }],
    ['an unknown option', { issuer, audience: 'a', audiense: 'b' }],
    ['an unknown onError', { issuer, audience: 'a', onError: 'throw' }],
    ['an issuer without TLS', { issuer: 'http://issuer.example', audience: 'a' }],
    ['options in addition to a verifier', { verifier: bearerAuth({ issuer, audience: 'a' }).verifier, audience: 'a' }],
    ['a realm with a line end', { issuer, audience: 'a', realm: 'a\r\nX-Injected: 1' }],
  ])('are rejected at creation: %s', (_name, options) => {
    expect(() => bearerAuth(Object(options))).toThrow(ConfigurationError);
  });

  it('does not read the environment in bearerAuth', () => {
    vi.stubEnv('OKTA_OAUTH2_ISSUER', issuer);
    vi.stubEnv('OKTA_OAUTH2_AUDIENCE', 'a');
    expect(() => bearerAuth(Object({}))).toThrow(ConfigurationError);
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
    const app = express().use(Object(middleware), (_req, res) => void res.sendStatus(204));
    app.use((error: Error, _req: Request, res: Response, _next: NextFunction) => {
      errors.push(error);
      res.sendStatus(500);
    });
    const server = await listen(app);
    expect(await exchange(server.origin, { method: 'GET', path: '/', headers: [] })).toMatchObject({ status: 500 });
    await server.close();
    expect(errors).toEqual([expect.objectContaining({ message: expect.stringContaining(message) })]);
    expect(errors[0]).toBeInstanceOf(ConfigurationError);
  });
});

describe('[ADAPTERS-AT-START] invalid route guards', () => {
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
