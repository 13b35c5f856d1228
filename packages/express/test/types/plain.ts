import {
  type AuthMiddleware,
  bearerAuth,
  getAuth,
  oktaAuth,
  requireAnyScope,
  requireAuthentication,
  requireClaims,
  requirePolicy,
  requireScope,
  type VerifiedToken,
  type Verifier,
} from '@verifier/express';
import express, { type RequestHandler, Router } from 'express';

type Same<TLeft, TRight> = (<T>() => T extends TLeft ? 1 : 2) extends <T>() => T extends TRight ? 1 : 2 ? true : false;
const isTrue = <TValue extends true>(): TValue | undefined => undefined;

interface OrderClaims {
  readonly tenant: string;
}

const auth: AuthMiddleware = oktaAuth();
isTrue<Same<typeof auth.verifier, Verifier>>();

const app = express();
app.use(auth);
app.use(oktaAuth({ issuer: 'https://issuer.example', audience: 'a', onError: 'framework', optional: true }));
app.use('/orders', bearerAuth({ issuer: 'https://issuer.example', audience: ['a', 'b'] }), Router());
app.use(bearerAuth({ verifier: auth.verifier }));

// Path parameters are still inferred with a guard.
app.get('/orders/:id', requireScope('read:orders', ['write:orders']), (req, res) => {
  isTrue<Same<typeof req.params, { id: string }>>();
  res.json(req.params.id);
});
app.get(
  '/any',
  requireAnyScope(['a', 'b']),
  requireClaims((claims) => claims['tenant'] === 'blue'),
  (req, res) => {
    const plain = getAuth(req);
    isTrue<Same<typeof plain, VerifiedToken>>();
    const typed = getAuth<OrderClaims>(req);
    isTrue<Same<typeof typed.claims.tenant, string>>();
    isTrue<Same<typeof typed.claims.iss, string>>();
    const maybe = getAuth<OrderClaims>(req, { optional: true });
    isTrue<Same<typeof maybe, VerifiedToken<OrderClaims> | null>>();
    // @ts-expect-error -- may be null
    maybe.claims;
    // @ts-expect-error -- Express's own types are left alone
    req.auth;
    // @ts-expect-error -- read-only
    typed.expiresAt = 1;
    res.json(plain.scopes);
  },
);

app.use(bearerAuth({ verifier: auth.verifier }), requirePolicy('orders', auth), requirePolicy('orders'));
// @ts-expect-error -- the requirements of a policy are those of a route
bearerAuth({ issuer: 'https://issuer.example', audience: 'a', policies: { orders: { scopes: 'read' } } });
// @ts-expect-error -- a list for each scope
bearerAuth({ issuer: 'https://issuer.example', audience: 'a', scopeImplies: { write: 'read' } });

export const asHandler: RequestHandler = requireScope('read');

// @ts-expect-error -- options are required
bearerAuth();
// @ts-expect-error -- an audience is required, or an explicit null
bearerAuth({ issuer: 'https://issuer.example' });
// @ts-expect-error -- no such option
bearerAuth({ issuer: 'https://issuer.example', audience: 'a', audiences: ['b'] });
// @ts-expect-error -- no such way of handling errors
bearerAuth({ issuer: 'https://issuer.example', audience: 'a', onError: 'throw' });
// @ts-expect-error -- scopes are strings
requireScope(1);
// @ts-expect-error -- a predicate returns true or false
requireClaims(() => 'yes');
export const login: RequestHandler = requireAuthentication({ acr: ['mfa', 'phr'], maxAge: 300 });
// @ts-expect-error -- seconds are a number
requireAuthentication({ maxAge: '300' });
// @ts-expect-error -- no such requirement
requireAuthentication({ acrValues: 'phr' });
// @ts-expect-error -- the response is not the request
app.get('/', (_req, res) => getAuth(res));
