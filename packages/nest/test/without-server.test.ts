import { Controller, type ExecutionContext, Get } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
// words-allow: helpers (a folder of Nest)
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import { BearerAuthModule, ConfigurationError, getAuth, OktaAuthGuard } from '@verifier/nest';
import { type AuthorizationServer, startAuthorizationServer } from '@verifier/test-issuer';
import { createMocks } from 'node-mocks-http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { platforms } from './platforms.ts';
import { moduleOf, runningApps } from './running-apps.ts';

let issuer: AuthorizationServer;
let token: string;
const startApp = runningApps();

beforeAll(async () => {
  issuer = await startAuthorizationServer();
  token = await issuer.token();
});

afterAll(() => issuer.close());

@Controller()
class Routes {
  @Get()
  show(): string {
    return 'shown';
  }
}

const auth = (more: object = {}) =>
  BearerAuthModule.forRoot({ issuer: issuer.issuer, audience: issuer.audience, ...more });

describe.each(Object.entries(platforms))(
  '[REQUEST-HEADERS-DECIDE] a mocked ExecutionContext on %s',
  (_name, platform) => {
    /** Calls the guard as a unit test does. With `onError: 'framework'`, a denied request is an exception. */
    async function call(request: unknown, more: object = {}): Promise<unknown> {
      const module = moduleOf({ imports: [auth({ onError: 'framework', ...more })], controllers: [Routes] });
      const { app } = await startApp(platform, module);
      const guard = app.get(OktaAuthGuard);
      const response =
        platform === platforms['Express']
          ? createMocks().res
          : Object({ status: () => undefined, header: () => undefined, raw: { headersSent: false } });
      const context: ExecutionContext = new ExecutionContextHost([request, response], Routes, Routes.prototype.show);
      try {
        await guard.canActivate(context);
        return getAuth(context, { optional: true });
      } catch (error) {
        return error instanceof ConfigurationError ? error : Object(error).getStatus();
      }
    }

    it('is answered by headers alone', async () => {
      expect(await call({ headers: {} })).toBe(401);
      expect(await call({ headers: { authorization: `Bearer ${token}` } })).toMatchObject({ clientId: 'test-client' });
      expect(await call({ headers: { Authorization: `Bearer ${token}` } })).toMatchObject({ clientId: 'test-client' });
      expect(await call({ headers: { authorization: 'Bearer forged' } }, { optional: true })).toBe(401);
      expect(await call({ headers: {} }, { optional: true })).toBeNull();
      expect(await call(createMocks({ headers: { authorization: `Bearer ${token}` } }).req)).toMatchObject({
        clientId: 'test-client',
      });
    });

    it('is answered by the headers of a mocked Fastify request', async () => {
      const headers = { authorization: `Bearer ${token}` };
      expect(await call({ headers, raw: { headers: {} } })).toMatchObject({ clientId: 'test-client' });
      expect(await call({ raw: { headers } })).toMatchObject({ clientId: 'test-client' });
      expect(await call({ headers: {}, raw: { headers } })).toBe(401);
    });

    it.each([undefined, null, {}, { headers: undefined }, { headers: () => 'a mocked function' }, { raw: {} }])(
      'is a ConfigurationError if its request has no headers: %j',
      async (request) => {
        expect(await call(request)).toBeInstanceOf(ConfigurationError);
        expect(await call(request, { optional: true })).toBeInstanceOf(ConfigurationError);
      },
    );
  },
);

describe.each(Object.entries(platforms))('[REQUEST-HEADERS-DECIDE] Nest on %s', (_name, platform) => {
  it('accepts a token that middleware set, and refuses a request whose token it deleted', async () => {
    const { app, origin } = await startApp(platform, moduleOf({ imports: [auth()], controllers: [Routes] }), (nest) => {
      nest.use((request: { headers: Record<string, unknown> }, _response: unknown, next: () => void) => {
        if (request.headers['x-cookie'] !== undefined) request.headers['authorization'] = request.headers['x-cookie'];
        if (request.headers['x-logout'] !== undefined) delete request.headers['authorization'];
        next();
      });
    });
    expect(app.get(HttpAdapterHost).httpAdapter).toBeDefined();
    const statusOf = async (headers: Record<string, string>): Promise<number> =>
      (await fetch(origin, { headers })).status;
    expect(await statusOf({ 'x-cookie': `Bearer ${token}` })).toBe(200);
    expect(await statusOf({ 'x-cookie': `Bearer ${token}`, authorization: 'Bearer forged' })).toBe(200);
    expect(await statusOf({ 'x-logout': 'yes', authorization: `Bearer ${token}` })).toBe(401);
  });
});
