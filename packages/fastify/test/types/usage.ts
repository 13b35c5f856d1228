import {
  type AuthDecorators,
  type AuthHook,
  bearerAuth,
  getAuth,
  oktaAuth,
  type RouteAuth,
  type VerifiedToken,
  type Verifier,
} from '@verifier/fastify';
import fastify, { type FastifyInstance, type FastifyTypeProvider, type onRequestHookHandler } from 'fastify';

type Same<TLeft, TRight> = (<T>() => T extends TLeft ? 1 : 2) extends <T>() => T extends TRight ? 1 : 2 ? true : false;
const isTrue = <TValue extends true>(): TValue | undefined => undefined;

interface OrderClaims {
  readonly tenant: string;
}

const app = fastify();
await app.register(oktaAuth);
await app.register(oktaAuth, { issuer: 'https://issuer.example', global: false, warmUp: true, optional: true });
await app.register(oktaAuth, (parent) => ({ realm: parent.prefix }));
await app.register(bearerAuth, { issuer: 'https://issuer.example', audience: ['a', 'b'], onError: 'framework' });
await app.register(bearerAuth, { verifier: app.verifier, decoratorName: 'okta', securityScheme: 'oidc' });
await app.register(bearerAuth, { issuers: [{ issuer: 'https://issuer.example', audience: null }] });
await app.register(import('@verifier/fastify'), { realm: 'imported' });

isTrue<Same<typeof app.verifier, Verifier>>();
isTrue<Same<ReturnType<typeof app.requireScope>, AuthHook>>();
const decorators: AuthDecorators = app;
isTrue<Same<typeof decorators.verifier, Verifier>>();

isTrue<Same<ReturnType<typeof app.requirePolicy>, AuthHook>>();
app.get('/policy', { config: { auth: { policy: 'orders' } }, preHandler: app.requirePolicy('orders') }, () => 'ok');
// @ts-expect-error -- a policy is named by text
app.get('/wrong-policy', { config: { auth: { policy: ['orders'] } } }, () => 'ok');

app.get('/token', async (request) => {
  isTrue<Same<typeof request.auth, VerifiedToken | null>>();
  // @ts-expect-error -- null if the request is anonymous or the route is public
  request.auth.subject;
  const plain = getAuth(request);
  isTrue<Same<typeof plain, VerifiedToken>>();
  const typed = getAuth<OrderClaims>(request);
  isTrue<Same<typeof typed.claims.tenant, string>>();
  isTrue<Same<typeof typed.claims.iss, string>>();
  const maybe = getAuth<OrderClaims>(request, { optional: true });
  isTrue<Same<typeof maybe, VerifiedToken<OrderClaims> | null>>();
  // @ts-expect-error -- may be null
  maybe.claims;
  // @ts-expect-error -- read-only
  typed.expiresAt = 1;
  return plain.scopes;
});

// The types of a route do not change.
app.get<{ Params: { id: string }; Reply: { 200: string } }>(
  '/orders/:id',
  { config: { auth: { scope: 'read:orders' } }, onRequest: app.authenticate, preHandler: app.requireScope('read') },
  async (request, reply) => {
    isTrue<Same<typeof request.params, { id: string }>>();
    getAuth(request);
    return reply.code(200).send(request.params.id);
  },
);
app.post<{ Body: { total: number } }>(
  '/orders',
  { preValidation: [app.authenticate, app.requireAnyScope(['write', 'admin'])], schema: { body: {} as const } },
  async (request) => request.body.total + getAuth(request).scopes.length,
);
app.addHook('onRequest', app.authenticate);
app.addHook('onRequest', app.requireAccess({ scope: ['read'], anyScope: ['a', 'b'] }));
app.addHook('preHandler', async (request, reply) => await app.authenticate(request, reply));
app.addHook('preHandler', async (request) => await app.authenticate(request));
export const hook: onRequestHookHandler = app.requireClaims((claims) => claims['tenant'] === 'blue');

interface Provider extends FastifyTypeProvider {
  readonly validator: this['schema'] extends { readonly marker: infer TMarker } ? TMarker : unknown;
}
app.withTypeProvider<Provider>().get(
  '/provided',
  {
    schema: { querystring: { marker: { page: 1 } } },
    onRequest: app.authenticate,
    preHandler: app.requireScope('read'),
  },
  async (request) => getAuth(request).scopes[request.query.page],
);
await app.withTypeProvider<Provider>().register(bearerAuth, { issuer: 'https://issuer.example', audience: 'a' });

const secure = fastify({ http2: true });
await secure.register(oktaAuth, { realm: 'http2' });
secure.get('/', { onRequest: [secure.authenticate, secure.requireScope('read')] }, async (request) => {
  await secure.authenticate(request);
  return [getAuth(request).scopes, request.auth];
});

const logged = fastify({ loggerInstance: Object(console) as typeof app.log & { readonly extra: true } });
await logged.register(oktaAuth);
logged.get('/', { onRequest: logged.requireScope('read') }, async (request) => getAuth(request).scopes);

export const open: RouteAuth = false;
export const configured: RouteAuth = { scope: 'read', anyScope: ['a'], optional: true, claims: () => true };
export async function routes(scope: FastifyInstance): Promise<void> {
  scope.get('/open', { config: { auth: open } }, async () => 'ok');
  scope.get('/optional', { config: { auth: { optional: true } } }, async (request) => request.auth?.subject);
  scope.route({ method: 'GET', url: '/', config: { auth: configured }, handler: async () => 'ok' });
}

// @ts-expect-error -- options are required
await app.register(bearerAuth);
// @ts-expect-error -- an audience is required, or an explicit null
await app.register(bearerAuth, { issuer: 'https://issuer.example' });
// @ts-expect-error -- no such option
await app.register(bearerAuth, { issuer: 'https://issuer.example', audience: 'a', audiences: ['b'] });
// @ts-expect-error -- no such way of handling errors
await app.register(bearerAuth, { issuer: 'https://issuer.example', audience: 'a', onError: 'throw' });
// @ts-expect-error -- true or false
await app.register(oktaAuth, { global: 'no' });
// @ts-expect-error -- no such requirement
app.get('/', { config: { auth: { scop: 'read' } } }, async () => 'ok');
// @ts-expect-error -- an object, not a scope
app.get('/', { config: { auth: 'read' } }, async () => 'ok');
// @ts-expect-error -- scopes are strings
app.requireScope(1);
// @ts-expect-error -- a predicate returns true or false
app.requireClaims(() => 'yes');
export const login: AuthHook = app.requireAuthentication({ acr: ['mfa', 'phr'], maxAge: 300 });
export const byConfig: RouteAuth = { scope: 'pay', authentication: { maxAge: 300 } };
export const loginAlone: RouteAuth = { authentication: { acr: 'phr' } };
// @ts-expect-error -- seconds are a number
app.requireAuthentication({ maxAge: '300' });
// @ts-expect-error -- no such requirement
export const misspelled: RouteAuth = { authentication: { acrValues: 'phr' } };
// @ts-expect-error -- the reply is not the request
app.get('/', async (_request, reply) => getAuth(reply).scopes);
