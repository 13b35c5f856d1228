import type { AddressInfo } from 'node:net';
import type { Secret } from '@fastify/jwt';
import fastify, { type FastifyInstance } from 'fastify';
import type { Target } from '../../tokens/token-file.ts';
import { openLimit } from './limit.ts';
import { answer, type Listen, route } from './server.ts';

export const bare: Listen = async () => listen(fastify());

export const limit: Listen = async (target) => {
  const verifyHeader = await openLimit(target);
  const app = fastify();
  app.addHook('onRequest', (request, _reply, done) => {
    verifyHeader(request.headers.authorization);
    done();
  });
  return listen(app);
};

export const verifier: Listen = async ({ issuer, audience, jwksUri }) => {
  const { bearerAuth } = await import('@verifier/fastify');
  const app = fastify();
  await app.register(bearerAuth, { issuer, audience, jwksUri });
  return listen(app);
};

export const jwtJwks: Listen = async ({ issuer, audience, jwksUri }) => {
  const { fastifyJwtJwks } = await import('fastify-jwt-jwks');
  const app = fastify();
  await app.register(fastifyJwtJwks, { jwksUrl: jwksUri, issuer, audience });
  app.addHook('onRequest', app.authenticate);
  return listen(app);
};

export const jwtWithGetJwks: Listen = (target) => listenWithGetJwks(target, false);

export const jwtWithGetJwksCached: Listen = (target) => listenWithGetJwks(target, true);

async function listenWithGetJwks({ issuer, audience, algorithm }: Target, cache: boolean): Promise<number> {
  const { default: fastifyJwt } = await import('@fastify/jwt');
  const { default: buildGetJwks } = await import('get-jwks');
  const keys = buildGetJwks({ jwksPath: '/v1/keys', issuersWhitelist: [issuer] });
  const findKey = async (_request: unknown, { header }: { header: Record<string, string> }): Promise<string> => {
    const { kid = '', alg = '' } = header;
    return keys.getPublicKey({ kid, alg, domain: issuer });
  };
  const app = fastify();
  await app.register(fastifyJwt, {
    decode: { complete: true },
    // The documentation allows a function that returns a promise; the types do not.
    secret: findKey as unknown as Secret,
    verify: { algorithms: [algorithm], allowedIss: issuer, allowedAud: audience, cache },
  });
  app.addHook('onRequest', async (request) => {
    await request.jwtVerify();
  });
  return listen(app);
}

async function listen(app: FastifyInstance): Promise<number> {
  app.get(route, async () => answer);
  await app.listen({ port: 0, host: '127.0.0.1' });
  return (app.server.address() as AddressInfo).port;
}
