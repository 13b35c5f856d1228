import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type RequestHandler } from 'express';
import { openLimit } from './limit.ts';
import { answer, type Listen, route } from './server.ts';

export const bare: Listen = async () => listen([]);

export const limit: Listen = async (target) => {
  const verifyHeader = await openLimit(target);
  const middleware: RequestHandler = (req, _res, next) => {
    verifyHeader(req.headers.authorization);
    next();
  };
  return listen([middleware]);
};

export const verifier: Listen = async ({ issuer, audience, jwksUri }) => {
  const { bearerAuth } = await import('@verifier/express');
  return listen([bearerAuth({ issuer, audience, jwksUri })]);
};

export const oauth2JwtBearer: Listen = async ({ issuer, audience, jwksUri }) => {
  const { auth } = await import('express-oauth2-jwt-bearer');
  return listen([auth({ issuer, audience, jwksUri })]);
};

export const passportJwt: Listen = async (target) => {
  const { default: passport } = await import('passport');
  const { createJwtStrategy } = await import('./passport-strategy.ts');
  passport.use(createJwtStrategy(target));
  return listen([passport.initialize(), passport.authenticate('jwt', { session: false })]);
};

/** Express with middlewares. */
export async function listen(middlewares: readonly RequestHandler[]): Promise<number> {
  const app = express();
  // Express logs errors unless NODE_ENV is test; refusals are expected here.
  app.set('env', 'test');
  for (const middleware of middlewares) app.use(middleware);
  app.get(route, (_req, res) => {
    res.json(answer);
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  const server: Server = app.listen(0, '127.0.0.1', () => resolve());
  await promise;
  return (server.address() as AddressInfo).port;
}
