import {
  type ConformanceApp,
  describeAuth,
  describeError,
  grantedBody,
  guardOptions,
  isBlueTenant,
  publicBody,
  requiredLogin,
  requiredScopes,
} from '@verifier/conformance/app';
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
} from '@verifier/hono';
import { Hono, type MiddlewareHandler } from 'hono';
import { HTTPException } from 'hono/http-exception';

/** The application of the conformance suite, for every runtime. */
export function createConformanceApp(described: ConformanceApp): Hono {
  const app = new Hono();
  const { cacheControl } = described;
  if (cacheControl !== undefined) app.use(setCacheControl(cacheControl));
  app.get('/public', (c) => c.json(publicBody));
  const auth = bearerAuth(guardOptions(described));
  app.use(auth);
  app.get('/protected', (c) => c.json(describeAuth(getAuth(c, { optional: true }))));
  app.get('/scoped', requireScope(requiredScopes.one), (c) => c.json(grantedBody));
  app.get('/scoped-all', requireScope(...requiredScopes.all), (c) => c.json(grantedBody));
  app.get('/any-scoped', requireAnyScope(requiredScopes.any), (c) => c.json(grantedBody));
  app.get('/policy', requirePolicy('messages', auth), (c) => c.json(grantedBody));
  app.get('/claims', requireClaims(isBlueTenant), (c) => c.json(grantedBody));
  app.get('/login', requireAuthentication(requiredLogin), (c) => c.json(grantedBody));
  const scopedLogin = requireAccess({ scope: requiredScopes.all, authentication: requiredLogin });
  app.get('/login-scoped', scopedLogin, (c) => c.json(grantedBody));
  if (described.onError === 'framework') app.onError(answerError);
  return app;
}

function setCacheControl(value: string): MiddlewareHandler {
  return async (c, next) => {
    c.header('Cache-Control', value);
    await next();
  };
}

function answerError(error: Error): Response {
  if (!(error instanceof HTTPException) || !isAuthError(error.cause)) throw error;
  return Response.json(describeError(error.cause), { status: error.status });
}
