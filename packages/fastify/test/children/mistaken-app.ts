import cors from '@fastify/cors';
import { startMistakenApps } from '@verifier/conformance/mistaken-app';
import { bearerAuth } from '@verifier/fastify';
import Fastify from 'fastify';

await startMistakenApps(async ({ options, scope, hasLateCors, isMiscalled }) => {
  const app = Fastify();
  if (isMiscalled === true) await app.register(Object(bearerAuth)(options));
  else await app.register(bearerAuth, Object(options));
  if (hasLateCors === true) await app.register(cors);
  app.get('/orders', { config: scope === undefined ? {} : { auth: { scope } } }, () => []);
  return await app.listen({ port: 0, host: '127.0.0.1' });
});
