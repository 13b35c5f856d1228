import {
  accessRequirement,
  anyScopeRequirement,
  type Claims,
  claimsRequirement,
  type Requirements,
  scopeRequirement,
  type VerifiedToken,
} from '@verifier/core';
import type { MiddlewareHandler } from 'hono';
import { type Refusal, refusal } from './refusal.ts';
import { findState, middlewareMissing } from './request-state.ts';

/** A middleware that lets only authenticated requests through: after it, `c.var.auth` is a token and never null. */
export type RouteGuard = MiddlewareHandler<
  { Variables: { auth: VerifiedToken } },
  string,
  Record<never, never>,
  Refusal<401 | 403>
>;

/**
 * Lets requests through whose access token has all of these scopes; comes after {@link oktaAuth} or
 * {@link bearerAuth}. Otherwise answers 403 with the scopes in the challenge, and 401 to an anonymous request.
 *
 * @param scopes - One or more scopes: `'read:orders'`, `'read:orders write:orders'`, or an array. Compared exactly.
 * @throws ConfigurationError at once, where there is no scope, or one that no token can carry. Where no middleware
 * authenticated the request, it goes to `app.onError`, and the route stays closed.
 *
 * @example
 * ```ts
 * import { bearerAuth, requireScope } from '@verifier/hono';
 * import { Hono } from 'hono';
 *
 * const app = new Hono();
 * app.use(bearerAuth({ issuer: 'https://login.example.com', audience: 'https://api.example.com' }));
 * app.get('/orders', requireScope('orders:read'), (c) => c.json([]));
 * ```
 */
export function requireScope(...scopes: readonly (string | readonly string[])[]): RouteGuard {
  return createRouteGuard('requireScope', scopeRequirement(...scopes));
}

/**
 * {@link requireScope} for at least one of these scopes.
 *
 * @throws ConfigurationError as {@link requireScope} does.
 *
 * @example
 * ```ts
 * import { bearerAuth, requireAnyScope } from '@verifier/hono';
 * import { Hono } from 'hono';
 *
 * const app = new Hono();
 * app.use(bearerAuth({ issuer: 'https://login.example.com', audience: 'https://api.example.com' }));
 * app.get('/orders', requireAnyScope('orders:read', 'orders:admin'), (c) => c.json([]));
 * ```
 */
export function requireAnyScope(...scopes: readonly (string | readonly string[])[]): RouteGuard {
  return createRouteGuard('requireAnyScope', anyScopeRequirement(...scopes));
}

/**
 * Lets requests through whose verified claims satisfy a predicate, and answers 403 to others. What the predicate throws
 * goes to `app.onError`.
 *
 * @param predicate - Returns `true`, and nothing else, to let the request through.
 * @throws ConfigurationError as {@link requireScope} does.
 *
 * @example
 * ```ts
 * import { bearerAuth, requireClaims } from '@verifier/hono';
 * import { Hono } from 'hono';
 *
 * const app = new Hono();
 * app.use(bearerAuth({ issuer: 'https://login.example.com', audience: 'https://api.example.com' }));
 * app.get('/orders', requireClaims(({ tenant }) => tenant === 'acme'), (c) => c.json([]));
 * ```
 */
export function requireClaims(predicate: (claims: Claims) => boolean): RouteGuard {
  return createRouteGuard('requireClaims', claimsRequirement(predicate));
}

/**
 * Lets requests through whose token meets every member of the requirements: scopes, roles, permissions, groups, claims.
 *
 * @throws ConfigurationError at once, where nothing is demanded, or something that no token can meet.
 *
 * @example
 * ```ts
 * import { bearerAuth, requireAccess } from '@verifier/hono';
 * import { Hono } from 'hono';
 *
 * const app = new Hono();
 * app.use(bearerAuth({ issuer: 'https://login.example.com', audience: 'https://api.example.com' }));
 * app.get('/orders', requireAccess({ scope: 'orders:write', role: 'editor' }), (c) => c.json([]));
 * ```
 */
export function requireAccess(requirements: Requirements): RouteGuard {
  return createRouteGuard('requireAccess', accessRequirement(requirements));
}

function createRouteGuard(name: string, requirements: Requirements): RouteGuard {
  return async function routeGuard(c, next) {
    const state = findState(c);
    if (state === undefined) throw middlewareMissing(name);
    const error = state.guard.authorize(state.auth, requirements);
    if (error !== undefined) throw refusal(state.guard, error);
    await next();
  };
}
