import { bearerAuth } from '@verifier/fastify';
import type { FastifyInstance, FastifyPluginAsync } from 'fastify';
import fp from 'fastify-plugin';

/**
 * The application as the templates of fastify-cli write it: a plugin file with its routes, and no fastify-plugin.
 * fastify-cli refuses an asynchronous function without two parameters.
 */
const app: FastifyPluginAsync = async (server: FastifyInstance, _options: object) => {
  const { API_ISSUER: issuer = '', API_AUDIENCE: audience = '' } = process.env;
  await server.register(bearerAuth, { issuer, audience });
  server.get('/', async () => 'ok');
  if (process.env['API_NOT_FOUND'] === 'own') {
    server.setNotFoundHandler((_request, reply) => reply.code(404).send('no such route'));
  }
};

export default process.env['API_WRAPPED'] === 'yes' ? fp(app) : app;
