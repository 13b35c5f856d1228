import {
  type AdapterHarness,
  type ConformanceApp,
  describeAuth,
  describeError,
  grantedBody,
  guardOptions,
  isBlueTenant,
  publicBody,
  type RunningApp,
  requiredLogin,
  requiredScopes,
} from '@verifier/conformance';
import { bearerAuth, getAuth, isAuthError } from '@verifier/fastify';
import fastify5, { type FastifyInstance, type FastifyServerOptions } from 'fastify';
import fastify6 from 'fastify-6';

/** Creates an application of one version of Fastify. */
export type Fastify = (options?: FastifyServerOptions) => FastifyInstance;

/** Fastify 5 and the preview of 6 under one type, because the tests use the same API of both. */
export const frameworks: Readonly<Record<string, Fastify>> = {
  'Fastify 5': (options) => fastify5(options),
  'Fastify 6': (options) => Object(fastify6(Object(options))),
};

/** The ways to declare the requirements of a route. */
export const styles = {
  'by config.auth': addConfiguredRoutes,
  'by route guards': addGuardedRoutes,
} satisfies Record<string, (server: FastifyInstance, app: ConformanceApp) => Promise<void>>;

/** Starts the applications of the conformance suite on one version of Fastify. */
export function fastifyHarness(fastify: Fastify, addRoutes: (typeof styles)[keyof typeof styles]): AdapterHarness {
  return {
    start: async (app) => {
      const server = createServer(fastify);
      if (app.onError === 'framework') server.setErrorHandler(answerError);
      const { cacheControl } = app;
      if (cacheControl !== undefined) {
        server.addHook('onRequest', async (_request, reply) => void reply.header('Cache-Control', cacheControl));
      }
      await addRoutes(server, app);
      return listen(server);
    },
  };
}

/** An application that accepts 64 KiB of headers. */
export function createServer(fastify: Fastify): FastifyInstance {
  return fastify(Object({ http: { maxHeaderSize: 65_536 }, forceCloseConnections: true }));
}

/** Serves an application on loopback. */
export async function listen(server: FastifyInstance): Promise<RunningApp> {
  return { origin: await server.listen({ port: 0, host: '127.0.0.1' }), close: async () => await server.close() };
}

const answerError: Parameters<FastifyInstance['setErrorHandler']>[0] = (error, _request, reply) => {
  if (!isAuthError(error)) return reply.send(error);
  return reply.code(error.status).send(describeError(error));
};

async function addConfiguredRoutes(server: FastifyInstance, app: ConformanceApp): Promise<void> {
  await server.register(bearerAuth, guardOptions(app));
  server.get('/public', { config: { auth: false } }, () => publicBody);
  server.get('/protected', (request) => describeAuth(getAuth(request, { optional: true })));
  server.post('/protected', () => grantedBody);
  server.get('/scoped', { config: { auth: { scope: requiredScopes.one } } }, () => grantedBody);
  server.get('/scoped-all', { config: { auth: { scope: requiredScopes.all } } }, () => grantedBody);
  server.get('/any-scoped', { config: { auth: { anyScope: requiredScopes.any } } }, () => grantedBody);
  server.get('/policy', { config: { auth: { policy: 'messages' } } }, () => grantedBody);
  server.get('/claims', { config: { auth: { claims: isBlueTenant } } }, () => grantedBody);
  server.get('/login', { config: { auth: { authentication: requiredLogin } } }, () => grantedBody);
  const scopedLogin = { scope: requiredScopes.all, authentication: requiredLogin };
  server.get('/login-scoped', { config: { auth: scopedLogin } }, () => grantedBody);
}

async function addGuardedRoutes(server: FastifyInstance, app: ConformanceApp): Promise<void> {
  server.get('/public', () => publicBody);
  await server.register(async (scope) => {
    await scope.register(bearerAuth, { ...guardOptions(app), global: false });
    const { requireAccess, requireAnyScope, requireAuthentication, requireClaims, requirePolicy, requireScope } = scope;
    scope.get('/protected', { config: { auth: true } }, (request) => describeAuth(request.auth));
    scope.post('/protected', { config: { auth: true } }, () => grantedBody);
    scope.get('/scoped', { onRequest: requireScope(requiredScopes.one) }, () => grantedBody);
    scope.get('/scoped-all', { preHandler: requireScope(...requiredScopes.all) }, () => grantedBody);
    scope.get('/any-scoped', { preValidation: requireAnyScope(requiredScopes.any) }, () => grantedBody);
    scope.get('/policy', { onRequest: requirePolicy('messages') }, () => grantedBody);
    scope.get('/claims', { config: { auth: true }, onRequest: requireClaims(isBlueTenant) }, () => grantedBody);
    scope.get(
      '/login',
      { config: { auth: true }, preHandler: requireAuthentication(requiredLogin) },
      () => grantedBody,
    );
    const scopedLogin = requireAccess({ scope: requiredScopes.all, authentication: requiredLogin });
    scope.get('/login-scoped', { onRequest: scopedLogin }, () => grantedBody);
  });
}
