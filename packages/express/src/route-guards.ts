import {
  accessRequirement,
  anyScopeRequirement,
  type Claims,
  claimsRequirement,
  type Requirements,
  scopeRequirement,
} from '@verifier/core';
import type { Middleware } from './auth-middleware.ts';
import { refuse } from './refuse.ts';
import { findState, middlewareMissing } from './request-state.ts';

/**
 * Lets requests through whose access token has all of these scopes; comes after {@link oktaAuth} or
 * {@link bearerAuth}. Otherwise answers 403 with the scopes in the challenge, and 401 to an anonymous request.
 *
 * @param scopes - One or more scopes: `'read:orders'`, `'read:orders write:orders'`, or an array. Compared exactly.
 * @throws ConfigurationError at once, where there is no scope, or one that no token can carry. Where no middleware
 * authenticated the request, it goes to `next`, and the route stays closed.
 *
 * @example
 * ```ts
 * import { bearerAuth, requireScope } from '@verifier/express';
 * import express from 'express';
 *
 * const app = express();
 * app.use(bearerAuth({ issuer: 'https://login.example.com', audience: 'https://api.example.com' }));
 * app.get('/orders', requireScope('orders:read'), (_req, res) => void res.json([]));
 * ```
 */
export function requireScope(...scopes: readonly (string | readonly string[])[]): Middleware {
  return createRouteGuard('requireScope', scopeRequirement(...scopes));
}

/**
 * {@link requireScope} for at least one of these scopes.
 *
 * @throws ConfigurationError as {@link requireScope} does.
 *
 * @example
 * ```ts
 * import { bearerAuth, requireAnyScope } from '@verifier/express';
 * import express from 'express';
 *
 * const app = express();
 * app.use(bearerAuth({ issuer: 'https://login.example.com', audience: 'https://api.example.com' }));
 * app.get('/orders', requireAnyScope('orders:read', 'orders:admin'), (_req, res) => void res.json([]));
 * ```
 */
export function requireAnyScope(...scopes: readonly (string | readonly string[])[]): Middleware {
  return createRouteGuard('requireAnyScope', anyScopeRequirement(...scopes));
}

/**
 * Lets requests through whose verified claims satisfy a predicate, and answers 403 to others. What the predicate throws
 * goes to Express.
 *
 * @param predicate - Returns `true`, and nothing else, to let the request through.
 * @throws ConfigurationError as {@link requireScope} does.
 *
 * @example
 * ```ts
 * import { bearerAuth, requireClaims } from '@verifier/express';
 * import express from 'express';
 *
 * const app = express();
 * app.use(bearerAuth({ issuer: 'https://login.example.com', audience: 'https://api.example.com' }));
 * app.get('/orders', requireClaims(({ tenant }) => tenant === 'acme'), (_req, res) => void res.json([]));
 * ```
 */
export function requireClaims(predicate: (claims: Claims) => boolean): Middleware {
  return createRouteGuard('requireClaims', claimsRequirement(predicate));
}

/**
 * Lets requests through whose token meets every member of the requirements: scopes, roles, permissions, groups, claims.
 *
 * @throws ConfigurationError at once, where nothing is demanded, or something that no token can meet.
 *
 * @example
 * ```ts
 * import { bearerAuth, requireAccess } from '@verifier/express';
 * import express from 'express';
 *
 * const app = express();
 * app.use(bearerAuth({ issuer: 'https://login.example.com', audience: 'https://api.example.com' }));
 * app.get('/orders', requireAccess({ scope: 'orders:write', role: 'editor' }), (_req, res) => void res.json([]));
 * ```
 */
export function requireAccess(requirements: Requirements): Middleware {
  return createRouteGuard('requireAccess', accessRequirement(requirements));
}

function createRouteGuard(name: string, requirements: Requirements): Middleware {
  return (req, res, next) => {
    const state = findState(req);
    const error = state?.guard.authorize(state.auth, requirements);
    if (state === undefined) next(middlewareMissing(name));
    else if (error === undefined) next();
    else refuse(state.guard, error, res, next);
  };
}
