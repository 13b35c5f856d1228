import { createRequire } from 'node:module';
import { bearerAuth, requireScope } from '@verifier/hono';
import { type AuthorizationServer, startAuthorizationServer } from '@verifier/test-issuer';
import type { MiddlewareHandler } from 'hono';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, headerOf } from './question.ts';

// A CommonJS application has another copy of Hono than this package, which imports ES modules.
const { Hono }: typeof import('hono') = createRequire(import.meta.url)('hono');

let issuer: AuthorizationServer;
let token: string;

beforeAll(async () => {
  issuer = await startAuthorizationServer();
  token = await issuer.token({ scope: 'read' });
});

afterAll(() => issuer.close());

describe.each(['respond', 'framework'] as const)("a CommonJS application with onError: '%s'", (onError) => {
  /** An application with a route, or one whose only handler is the middleware. */
  function appOf(hasRoute: boolean): InstanceType<typeof Hono> {
    const auth: MiddlewareHandler = bearerAuth({ issuer: issuer.issuer, audience: issuer.audience, onError });
    const scope: MiddlewareHandler = requireScope('read');
    const app = new Hono().use(auth);
    if (hasRoute) app.get('/', scope, (c) => c.text('ok'));
    return app;
  }

  it.each([true, false])('[ANSWERS-MISSING] answers a request without a token (route: %s)', async (hasRoute) => {
    const answer = await ask(appOf(hasRoute));
    expect(answer).toMatchObject({ status: 401, body: expect.stringContaining('"unauthorized"') });
    expect(headerOf(answer, 'www-authenticate')).toBe('Bearer realm="api"');
  });

  it.each([true, false])(
    '[ADAPTERS-ON-ERROR] keeps the challenge in an error handler (route: %s)',
    async (hasRoute) => {
      const answer = await ask(appOf(hasRoute).onError((_error, c) => c.text('sorry', 401)));
      expect(answer).toMatchObject({ status: 401, body: 'sorry' });
      expect(headerOf(answer, 'www-authenticate')).toBe('Bearer realm="api"');
    },
  );

  it('grants access to a good token', async () => {
    expect(await ask(appOf(true), { token })).toMatchObject({ status: 200, body: 'ok' });
  });
});
