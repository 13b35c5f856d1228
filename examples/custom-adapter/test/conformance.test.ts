import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type AdapterHarness,
  type ConformanceApp,
  describeAuth,
  describeConformance,
  describeError,
  describePollution,
  grantedBody,
  guardOptions,
  isBlueTenant,
  publicBody,
  requiredLogin,
  requiredScopes,
} from '@verifier/conformance';
import {
  accessRequirement,
  anyScopeRequirement,
  authenticationRequirement,
  claimsRequirement,
  isAuthError,
  policyRequirement,
  scopeRequirement,
} from '@verifier/core';
import Koa, { type Middleware } from 'koa';
import { expect, it } from 'vitest';
import { bearerAuth, requires } from '../src/koa-adapter.ts';

const at = (path: string, middleware: Middleware): Middleware => {
  return (ctx, next) => (ctx.path === path ? middleware(ctx, next) : next());
};

const answer = (body: unknown): Middleware => {
  return (ctx) => {
    ctx.body = body;
  };
};

const setCacheControl = (value: string): Middleware => {
  return async (ctx, next) => {
    ctx.set('Cache-Control', value);
    await next();
  };
};

const answerErrors: Middleware = async (ctx, next) => {
  try {
    await next();
  } catch (error) {
    if (!isAuthError(error)) throw error;
    ctx.status = error.status;
    ctx.body = describeError(error);
  }
};

function createApp(described: ConformanceApp): Koa {
  const app = new Koa();
  const { cacheControl } = described;
  if (cacheControl !== undefined) app.use(setCacheControl(cacheControl));
  if (described.onError === 'framework') app.use(answerErrors);
  app.use(at('/public', answer(publicBody)));
  app.use(bearerAuth(guardOptions(described)));
  app.use(at('/protected', (ctx) => answer(describeAuth(ctx.state['auth']))(ctx, async () => undefined)));
  app.use(at('/scoped', requires(scopeRequirement(requiredScopes.one))));
  app.use(at('/scoped-all', requires(scopeRequirement(...requiredScopes.all))));
  app.use(at('/policy', requires(policyRequirement('messages'))));
  app.use(at('/any-scoped', requires(anyScopeRequirement(requiredScopes.any))));
  app.use(at('/claims', requires(claimsRequirement(isBlueTenant))));
  app.use(at('/login', requires(authenticationRequirement(requiredLogin))));
  const scopedLogin = accessRequirement({ scope: requiredScopes.all, authentication: requiredLogin });
  app.use(at('/login-scoped', requires(scopedLogin)));
  return app.use(answer(grantedBody));
}

const koaHarness: AdapterHarness = {
  start: async (described) => {
    const server = createServer({ maxHeaderSize: 65_536 }, createApp(described).callback());
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port }: AddressInfo = Object(server.address());
    return {
      origin: `http://127.0.0.1:${port}`,
      close: async () => {
        server.closeAllConnections();
        await new Promise((done) => server.close(done));
      },
    };
  },
};

describeConformance('The Koa adapter of the guide', koaHarness);
describePollution('The Koa adapter of the guide', koaHarness);

it.each([
  ['deleted', (headers: IncomingHttpHeaders) => delete headers.authorization, 'Bearer a', 401],
  ['replaced', (headers: IncomingHttpHeaders) => Object.assign(headers, { authorization: 'Basic a' }), 'Bearer', 401],
  ['left alone', () => undefined, 'Bearer', 400],
])('[REQUEST-HEADERS-DECIDE] a token that middleware %s', async (_case, edit, authorization, status) => {
  const app = new Koa().use((ctx, next) => {
    edit(ctx.headers);
    return next();
  });
  app.use(bearerAuth({ issuer: 'https://issuer.example', audience: 'api' })).use(answer('open'));
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port }: AddressInfo = Object(server.address());
  const answered = await fetch(`http://127.0.0.1:${port}/`, { headers: { authorization } });
  expect(answered.status).toBe(status);
  server.closeAllConnections();
  server.close();
});

it('a requirement mounted before bearerAuth() answers 500, not the route', async () => {
  const app = new Koa().use(requires(scopeRequirement('read'))).use(answer('open'));
  app.silent = true;
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port }: AddressInfo = Object(server.address());
  const { status } = await fetch(`http://127.0.0.1:${port}/`);
  expect(status).toBe(500);
  server.closeAllConnections();
  server.close();
});
