import { serve } from '@hono/node-server';
import { Hono, type MiddlewareHandler } from 'hono';
import { jwk } from 'hono/jwk';
import type { PublicKey } from '../../tokens/keys.ts';
import { openLimit } from './limit.ts';
import { answer, type Listen, route } from './server.ts';

export const bare: Listen = async () => listen();

export const limit: Listen = async (target) => {
  const verifyHeader = await openLimit(target);
  return listen(async (c, next) => {
    verifyHeader(c.req.raw.headers.get('authorization') ?? undefined);
    await next();
  });
};

export const verifier: Listen = async ({ issuer, audience, jwksUri }) => {
  const { bearerAuth } = await import('@verifier/hono');
  return listen(bearerAuth({ issuer, audience, jwksUri }));
};

/** As in Hono's documentation: the keys are fetched for every request. */
export const jwkByUri: Listen = async ({ issuer, audience, jwksUri }) =>
  listen(jwk({ jwks_uri: jwksUri, alg: ['RS256'], verification: { iss: issuer, aud: audience } }));

/** With keys that the application fetches once. */
export const jwkByKeys: Listen = async ({ issuer, audience, jwksUri }) => {
  const response = await fetch(jwksUri);
  const { keys } = (await response.json()) as { keys: PublicKey[] };
  return listen(jwk({ keys, alg: ['RS256'], verification: { iss: issuer, aud: audience } }));
};

async function listen(middleware?: MiddlewareHandler): Promise<number> {
  const app = new Hono();
  if (middleware !== undefined) app.use(middleware);
  app.get(route, (c) => c.json(answer));
  const { promise, resolve } = Promise.withResolvers<number>();
  serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) => resolve(port));
  return promise;
}
