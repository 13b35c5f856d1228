import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { startMistakenApps } from '@verifier/conformance/mistaken-app';
import { bearerAuth, requireScope } from '@verifier/express';
import cors from 'cors';
import express from 'express';

await startMistakenApps(async ({ options, scope, hasLateCors, isMiscalled }) => {
  const app = express();
  app.use(isMiscalled === true ? Object(bearerAuth) : bearerAuth(Object(options)));
  if (hasLateCors === true) app.use(cors());
  if (scope !== undefined) app.use(requireScope(scope));
  app.get('/orders', (_req, res) => void res.json([]));
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port }: AddressInfo = Object(server.address());
  return `http://127.0.0.1:${port}`;
});
