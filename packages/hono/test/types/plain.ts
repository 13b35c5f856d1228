import {
  type AuthMiddleware,
  auth0,
  bearerAuth,
  createVerifier,
  getAuth,
  okta,
  oktaAuth,
  type RouteGuard,
  requireAnyScope,
  requireAuthentication,
  requireClaims,
  requirePolicy,
  requireScope,
  type VerifiedToken,
  type Verifier,
  type VerifierOptions,
  type WithVerifier,
} from '@verifier/hono';
import { type Context, Hono, type MiddlewareHandler } from 'hono';
import { every, except, some } from 'hono/combine';
import { createMiddleware } from 'hono/factory';

type Same<TLeft, TRight> = (<T>() => T extends TLeft ? 1 : 2) extends <T>() => T extends TRight ? 1 : 2 ? true : false;
const isTrue = <TValue extends true>(): TValue | undefined => undefined;

interface OrderClaims {
  readonly tenant: string;
}

interface Bindings {
  readonly ISSUER: string;
  readonly AUDIENCE: string;
}

const options = { issuer: 'https://issuer.example', audience: 'a' };

// Middlewares carry their verifier; route guards do not.
const auth: AuthMiddleware & WithVerifier = oktaAuth();
isTrue<Same<typeof auth.verifier, Verifier>>();
const fromBindings = oktaAuth((c: Context<{ Bindings: Bindings }>) => ({ issuer: c.env.ISSUER }));
// @ts-expect-error -- there are as many verifiers as there are options
fromBindings.verifier;

// Before a middleware there is nothing.
new Hono().get('/', (c) => {
  // @ts-expect-error -- no middleware authenticated this request
  c.var.auth;
  // @ts-expect-error -- nor has it the variable by this name
  c.get('auth');
  return c.text('');
});

// Downstream of it there is.
new Hono()
  .use(oktaAuth())
  .get('/', (c) => {
    isTrue<Same<typeof c.var.auth, VerifiedToken>>();
    const got = c.get('auth');
    isTrue<Same<typeof got, VerifiedToken>>();
    // @ts-expect-error -- read-only
    c.var.auth.expiresAt = 1;
    return c.json(c.var.auth.scopes);
  })
  .get('/orders/:id', requireScope('read:orders', ['write:orders']), (c) => {
    // Path parameters are still inferred with a guard.
    const id: string = c.req.param('id');
    return c.json([id, c.var.auth.subject]);
  });

// Claims of one's own, through one parameter.
new Hono().use(bearerAuth<OrderClaims>(options)).get('/', (c) => {
  isTrue<Same<typeof c.var.auth, VerifiedToken<OrderClaims>>>();
  isTrue<Same<typeof c.var.auth.claims.tenant, string>>();
  isTrue<Same<typeof c.var.auth.claims.iss, string>>();
  return c.text(c.var.auth.claims.tenant);
});
new Hono().use(bearerAuth<OrderClaims>(() => options)).get('/', (c) => c.text(c.var.auth.claims.tenant));
new Hono().use(oktaAuth<OrderClaims>()).get('/', requireScope('a'), (c) => c.text(c.var.auth.claims.tenant));

// It may be null if anonymous requests are let through, or if the type does not exclude them.
new Hono().use('/a', bearerAuth<OrderClaims>({ ...options, optional: true })).get('/a', (c) => {
  isTrue<Same<typeof c.var.auth, VerifiedToken<OrderClaims> | null>>();
  // @ts-expect-error -- may be null
  c.var.auth.subject;
  return c.text(c.var.auth?.claims.tenant ?? '');
});
new Hono().use(bearerAuth(() => ({ ...options, optional: true }))).get('/', (c) => {
  isTrue<Same<typeof c.var.auth, VerifiedToken | null>>();
  return c.text('');
});

// A verifier knows whether it accepts anonymous requests.
new Hono().use(bearerAuth({ verifier: createVerifier(options) })).get('/', (c) => {
  isTrue<Same<typeof c.var.auth, VerifiedToken>>();
  return c.text(c.var.auth.issuer);
});
new Hono().use(oktaAuth<OrderClaims>({ verifier: auth.verifier, onError: 'framework' })).get('/', (c) => {
  isTrue<Same<typeof c.var.auth, VerifiedToken<OrderClaims>>>();
  return c.text(c.var.auth.claims.tenant);
});
const shared: Verifier = createVerifier(options);
new Hono().use(bearerAuth(() => ({ verifier: shared }))).get('/', (c) => c.text(c.var.auth.issuer));
const optional = createVerifier({ ...options, optional: true });
new Hono().use(bearerAuth({ verifier: optional })).get('/', (c) => {
  isTrue<Same<typeof c.var.auth, VerifiedToken | null>>();
  return c.text(getAuth(c).issuer);
});
const wide: VerifierOptions = options;
new Hono().use(bearerAuth({ verifier: createVerifier(wide as VerifierOptions) })).get('/', (c) => {
  isTrue<Same<typeof c.var.auth, VerifiedToken | null>>();
  return c.text(getAuth(c).issuer);
});
const anonymous = bearerAuth({ ...options, optional: true });
new Hono().use(oktaAuth({ verifier: anonymous.verifier })).get('/', (c) => {
  isTrue<Same<typeof c.var.auth, VerifiedToken | null>>();
  return c.text(getAuth(c).issuer);
});

// So do the options of the functions for issuers.
new Hono().use(bearerAuth(auth0({ domain: 'example.auth0.com', audience: 'a' }))).get('/', (c) => {
  isTrue<Same<typeof c.var.auth, VerifiedToken>>();
  return c.text(c.var.auth.issuer);
});
new Hono()
  .use(bearerAuth({ verifier: createVerifier(okta({ issuer: 'https://example.okta.com/oauth2/default' })) }))
  .get('/', (c) => c.text(c.var.auth.issuer));
new Hono().use(bearerAuth(auth0({ domain: 'example.auth0.com', audience: 'a', optional: true }))).get('/', (c) => {
  isTrue<Same<typeof c.var.auth, VerifiedToken | null>>();
  return c.text(getAuth(c).issuer);
});

// Behind a route guard it is never null, in an application of its own too.
new Hono().use(bearerAuth({ ...options, optional: true })).get('/', requireScope('a'), (c) => {
  isTrue<Same<typeof c.var.auth, VerifiedToken>>();
  return c.text(c.var.auth.issuer);
});
const orders = new Hono().get('/', requireAnyScope(['a', 'b']), (c) => c.text(c.var.auth.issuer));
new Hono().use(oktaAuth(options)).route('/orders', orders);

// The accessor for functions that have a plain context.
const handler = (c: Context): Response => {
  const plain = getAuth(c);
  isTrue<Same<typeof plain, VerifiedToken>>();
  const typed = getAuth<OrderClaims>(c);
  isTrue<Same<typeof typed, VerifiedToken<OrderClaims>>>();
  const maybe = getAuth<OrderClaims>(c, { optional: true });
  isTrue<Same<typeof maybe, VerifiedToken<OrderClaims> | null>>();
  // @ts-expect-error -- may be null
  maybe.claims;
  return c.json(plain.scopes);
};
new Hono().use(oktaAuth()).get('/', handler);

// Bindings and variables of the application stay what they are.
interface AppEnv {
  readonly Bindings: Bindings;
  readonly Variables: { readonly requestId: string };
}
new Hono<AppEnv>()
  .use(oktaAuth((c: Context<AppEnv>) => ({ issuer: c.env.ISSUER, audience: c.env.AUDIENCE })))
  .use(createMiddleware<AppEnv>((_c, next) => next()))
  .get(
    '/',
    requireClaims((claims) => claims['tenant'] === 'blue'),
    (c) => {
      isTrue<Same<typeof c.env.ISSUER, string>>();
      return c.text(c.var.requestId + c.var.auth.issuer);
    },
  );

// It is a middleware among others.
export const asMiddleware: MiddlewareHandler = oktaAuth();
export const asGuard: RouteGuard = requireScope('read');
export const asPolicy: RouteGuard = requirePolicy('orders', auth);
// @ts-expect-error -- a policy is one name
requirePolicy(['orders']);
new Hono().use(some(oktaAuth(), every(bearerAuth(options), requireScope('a')))).use(except('/public/*', oktaAuth()));

// @ts-expect-error -- options are required
bearerAuth();
// @ts-expect-error -- an audience is required, or an explicit null
bearerAuth({ issuer: 'https://issuer.example' });
// @ts-expect-error -- no such option
bearerAuth({ ...options, audiences: ['b'] });
// @ts-expect-error -- no such way of handling errors
bearerAuth({ ...options, onError: 'throw' });
// @ts-expect-error -- an audience is needed here too
bearerAuth(() => ({ issuer: 'https://issuer.example' }));
// @ts-expect-error -- the options are needed at once
bearerAuth(async () => options);
// @ts-expect-error -- nothing is no options
oktaAuth(() => undefined);
// @ts-expect-error -- scopes are strings
requireScope(1);
// @ts-expect-error -- a predicate returns true or false
requireClaims(() => 'yes');
export const login: RouteGuard = requireAuthentication({ acr: ['mfa', 'phr'], maxAge: 300 });
// @ts-expect-error -- seconds are a number
requireAuthentication({ maxAge: '300' });
// @ts-expect-error -- no such requirement
requireAuthentication({ acrValues: 'phr' });
// @ts-expect-error -- the request is not the context
new Hono().get('/', (c) => c.json(getAuth(c.req)));
