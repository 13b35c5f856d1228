import {
  type AdapterHarness,
  type ConformanceApp,
  describeAuth,
  describeError,
  grantedBody,
  guardOptions,
  isBlueTenant,
  publicBody,
  requiredLogin,
  requiredScopes,
} from '@verifier/conformance';
import {
  bearerAuth,
  getAuth,
  isAuthError,
  requireAccess,
  requireAnyScope,
  requireAuthentication,
  requireClaims,
  requirePolicy,
  requireScope,
} from '@verifier/express';
import express5, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import express4 from 'express-4';
import { listen } from './listen.ts';

/** Express 4 and 5 under one type, because the tests use the same API of both. */
export const frameworks: Readonly<Record<string, () => Express>> = {
  'Express 4': () => Object(express4()),
  'Express 5': express5,
};

/** Starts the applications of the conformance suite on one version of Express. */
export function expressHarness(express: () => Express): AdapterHarness {
  return {
    start: (app) => listen(createApp(express(), app)),
  };
}

function createApp(server: Express, app: ConformanceApp): Express {
  const grant: RequestHandler = (_req, res) => void res.json(grantedBody);
  const { cacheControl } = app;
  if (cacheControl !== undefined) server.use(setCacheControl(cacheControl));
  server.get('/public', (_req, res) => void res.json(publicBody));
  const auth = bearerAuth(guardOptions(app));
  server.use(auth);
  server.get('/protected', (req, res) => void res.json(describeAuth(getAuth(req, { optional: true }))));
  server.get('/scoped', requireScope(requiredScopes.one), grant);
  server.get('/scoped-all', requireScope(...requiredScopes.all), grant);
  server.get('/any-scoped', requireAnyScope(requiredScopes.any), grant);
  server.get('/policy', requirePolicy('messages', auth), grant);
  server.get('/claims', requireClaims(isBlueTenant), grant);
  server.get('/login', requireAuthentication(requiredLogin), grant);
  server.get('/login-scoped', requireAccess({ scope: requiredScopes.all, authentication: requiredLogin }), grant);
  if (app.onError === 'framework') server.use(answerError);
  return server;
}

function setCacheControl(value: string): RequestHandler {
  return (_req, res, next) => {
    res.set('Cache-Control', value);
    next();
  };
}

const answerError: ErrorRequestHandler = (error: unknown, _req, res, next) => {
  if (!isAuthError(error)) return next(error);
  return void res.status(error.status).json(describeError(error));
};
