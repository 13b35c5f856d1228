import swagger from '@fastify/swagger';
import { getAuth, oktaAuth } from '@verifier/fastify';
import Fastify, { type FastifyInstance } from 'fastify';

/** The trusted authorization server, and the audience of its tokens. */
export interface ApiOptions {
  readonly issuer: string;
  readonly audience: string;
}

/** Creates an API of orders. Its health and its documentation are public; every other route names its requirements. */
export async function createApi({ issuer, audience }: ApiOptions): Promise<FastifyInstance> {
  const app = Fastify();
  const openIdConnectUrl = `${issuer}/.well-known/openid-configuration`;
  const securitySchemes = { oidc: { type: 'openIdConnect', openIdConnectUrl } } as const;
  await app.register(swagger, { openapi: { components: { securitySchemes } } });

  app.get('/health', () => ({ ok: true }));
  app.get('/openapi.json', { schema: { hide: true } }, () => app.swagger());

  await app.register(async (scope) => {
    await scope.register(oktaAuth, { issuer, audience, securityScheme: 'oidc', warmUp: true });
    scope.get('/profile', (request) => ({ client: getAuth(request).clientId }));
    scope.get('/orders', { config: { auth: { scope: 'read:orders' } } }, () => [{ id: 1 }]);
    scope.post('/orders', { config: { auth: { scope: 'read:orders write:orders' } } }, (_request, reply) =>
      reply.code(201).send({ id: 2 }),
    );
    scope.get('/reports', { config: { auth: { anyScope: ['read:reports', 'read:orders'] } } }, () => []);
    scope.get('/catalogue', { config: { auth: { optional: true } } }, (request) => ({ known: request.auth !== null }));
  });
  return app;
}
