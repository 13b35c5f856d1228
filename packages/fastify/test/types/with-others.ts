import auth from '@fastify/auth';
import jwt from '@fastify/jwt';
import swagger from '@fastify/swagger';
import { type AuthDecorators, bearerAuth, getAuth, type VerifiedToken } from '@verifier/fastify';
import fastify from 'fastify';

declare module 'fastify' {
  interface FastifyInstance {
    okta: AuthDecorators;
  }
  interface FastifyRequest {
    okta: VerifiedToken<{ readonly tenant: string }> | null;
  }
}

const app = fastify();
await app.register(auth);
await app.register(jwt, { secret: 'a' });
await app.register(swagger, { openapi: {} });
await app.register(bearerAuth, { issuer: 'https://issuer.example', audience: 'a', decoratorName: 'okta' });
app.get(
  '/',
  {
    config: { auth: { scope: 'read' } },
    schema: { summary: 'One' },
    preHandler: app.auth([app.okta.authenticate, async (request) => void (await request.jwtVerify())]),
    onRequest: app.auth([app.okta.requireScope('read'), [app.authenticate]], { relation: 'and' }),
  },
  async (request) => [request.user, request.okta?.claims.tenant, getAuth(request).scopes],
);
