import { describeBehindNginx } from '@verifier/conformance';
import { bearerAuth, isAuthError } from '@verifier/fastify';
import type { FastifyInstance } from 'fastify';
import { frameworks, listen } from './fastify-harness.ts';

const options = { issuer: 'https://issuer.example', audience: 'api://nginx' };

function createServer(fastify: (typeof frameworks)[string]): FastifyInstance {
  const server = fastify(Object({ forceCloseConnections: true }));
  server.setErrorHandler((error, _request, reply) => {
    if (!isAuthError(error)) return reply.send(error);
    const body = { error: 'unauthorized', error_description: error.message };
    return reply
      .code(error.status)
      .headers(error.headers ?? {})
      .send(body);
  });
  return server;
}

for (const [name, fastify] of Object.entries(frameworks)) {
  for (const onError of ['respond', 'framework'] as const) {
    describeBehindNginx(`${name} with onError: '${onError}'`, async () => {
      const server = createServer(fastify);
      await server.register(bearerAuth, { ...options, onError });
      server.post('/', () => 'ran');
      return listen(server);
    });
  }
  describeBehindNginx(`${name} with a route that calls authenticate`, async () => {
    const server = createServer(fastify);
    await server.register(bearerAuth, { ...options, global: false });
    server.post('/', { onRequest: server.authenticate }, () => 'ran');
    return listen(server);
  });
}
