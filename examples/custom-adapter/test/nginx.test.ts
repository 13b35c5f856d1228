import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describeBehindNginx, type RunningApp } from '@verifier/conformance';
import { type GuardOptions, isAuthError } from '@verifier/core';
import Koa, { type Middleware } from 'koa';
import { bearerAuth } from '../src/koa-adapter.ts';

const answerErrors: Middleware = async (ctx, next) => {
  try {
    await next();
  } catch (error) {
    if (!isAuthError(error)) throw error;
    ctx.status = error.status;
    ctx.body = { error: 'unauthorized', error_description: error.message };
  }
};

async function start(onError: NonNullable<GuardOptions['onError']>): Promise<RunningApp> {
  const app = new Koa().use(answerErrors);
  app.use(bearerAuth({ issuer: 'https://issuer.example', audience: 'api://nginx', onError }));
  const server = createServer(app.callback());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

for (const onError of ['respond', 'framework'] as const) {
  describeBehindNginx(`Koa with onError: '${onError}'`, () => start(onError));
}
