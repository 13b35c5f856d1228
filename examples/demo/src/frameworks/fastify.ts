import { createVerifier, okta } from '@verifier/core';
import { getAuth, oktaAuth } from '@verifier/fastify';
import Fastify from 'fastify';
import type { StartApi } from '../running-api.ts';

/** Starts the API of the demo in Fastify: a guarded scope, with the requirements in the `config` of each route. */
export const startFastify: StartApi = async (options) => {
  const app = Fastify({ forceCloseConnections: true });
  app.get('/health', () => ({ status: 'up' }));

  const verifier = createVerifier(okta(options));
  await app.register(async (scope) => {
    await scope.register(oktaAuth, { verifier });
    scope.get('/profile', (request) => getAuth(request));
    scope.get('/orders', { config: { auth: { scope: 'orders:read' } } }, () => [{ order: 1 }]);
    scope.post('/orders', { config: { auth: { scope: 'orders:write' } } }, (_request, reply) =>
      reply.code(201).send({ order: 2 }),
    );
  });

  const origin = await app.listen({ host: '127.0.0.1', port: 0 });
  const close = async (): Promise<void> => {
    await app.close();
    await verifier.close();
  };
  return { name: 'Fastify', verifier, origin, close };
};
