import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { startMistakenApps } from '@verifier/conformance/mistaken-app';
import { bearerAuth, requireScope } from '@verifier/hono';
import { Hono } from 'hono';
import { cors } from 'hono/cors';

await startMistakenApps(async ({ options, scope, hasLateCors, isMiscalled }) => {
  const app = new Hono();
  app.use(isMiscalled === true ? Object(bearerAuth) : bearerAuth(Object(options)));
  if (hasLateCors === true) app.use(cors());
  if (scope !== undefined) app.use(requireScope(scope));
  app.get('/orders', (c) => c.json([]));
  const server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 });
  if (!server.listening) await once(server, 'listening');
  const { port }: AddressInfo = Object(server.address());
  return `http://127.0.0.1:${port}`;
});
