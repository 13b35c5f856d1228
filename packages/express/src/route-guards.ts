import {
  type AuthenticationRequirement,
  accessRequirement,
  anyScopeRequirement,
  authenticationRequirement,
  type Claims,
  claimsRequirement,
  policyRequirement,
  type Requirements,
  type SharedVerifier,
  scopeRequirement,
} from '@verifier/core';
import { answerError } from './answer-error.ts';
import type { Middleware } from './auth-middleware.ts';
import { findState, middlewareMissing } from './request-state.ts';

/**
 * Requires an access token with all of these scopes. Mount it after {@link oktaAuth} or {@link bearerAuth}. Answers 403
 * with the scopes in the challenge, and 401 to an anonymous request.
 *
 * @param scopes - One or more scopes: `'read:orders'`, `'read:orders write:orders'`, or an array. Compared exactly.
 * @throws ConfigurationError immediately if there is no scope, or one that no token can carry. If no middleware
 * authenticated a request, the error goes to `next` and the route stays closed.
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
  return toRouteGuard('requireScope', scopeRequirement(...scopes));
}

/**
 * Requires an access token with at least one of these scopes; otherwise as {@link requireScope}.
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
  return toRouteGuard('requireAnyScope', anyScopeRequirement(...scopes));
}

/**
 * Requires verified claims that satisfy a predicate; answers 403 otherwise. Errors of the predicate go to Express.
 *
 * @param predicate - Returns `true`, and nothing else, to grant access.
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
  return toRouteGuard('requireClaims', claimsRequirement(predicate));
}

/**
 * Requires a login of the user (RFC 9470): one of these values of `acr`, or a login of the last `maxAge` seconds, or both.
 * Answers 401 otherwise; the challenge names what the login does not meet. For a route that also requires scopes, write
 * both in {@link requireAccess}, so that one challenge names both.
 *
 * @throws ConfigurationError as {@link requireScope} does.
 *
 * @example
 * ```ts
 * import { bearerAuth, requireAuthentication } from '@verifier/express';
 * import express from 'express';
 *
 * const app = express();
 * app.use(bearerAuth({ issuer: 'https://login.example.com', audience: 'https://api.example.com' }));
 * app.post('/transfers', requireAuthentication({ maxAge: 300 }), (_req, res) => void res.json({}));
 * ```
 */
export function requireAuthentication(required: AuthenticationRequirement): Middleware {
  return toRouteGuard('requireAuthentication', authenticationRequirement(required));
}

/**
 * Requires a token that meets every member of the requirements: scopes, roles, permissions, groups, login, claims.
 *
 * @throws ConfigurationError immediately if nothing is required, or if a member is unknown, undefined, empty or of the
 * wrong type.
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
  return toRouteGuard('requireAccess', accessRequirement(requirements));
}

/**
 * Requires what a policy requires, one of the option `policies`; otherwise as {@link requireScope}.
 *
 * @param name - The name of the policy.
 * @param auth - The middleware of {@link bearerAuth} or {@link oktaAuth}, or `{ verifier }`: an unknown name is then an
 * error immediately.
 * @throws ConfigurationError immediately if the name is not text or, with `auth`, unknown. Without `auth`, the error for an
 * unknown name goes to `next` for each request, and the route stays closed.
 *
 * @example
 * ```ts
 * import { bearerAuth, requirePolicy } from '@verifier/express';
 * import express from 'express';
 *
 * const app = express();
 * const auth = bearerAuth({
 *   issuer: 'https://login.example.com',
 *   audience: 'https://api.example.com',
 *   policies: { orders: { scope: 'orders:write', role: 'editor' } },
 * });
 * app.use(auth);
 * app.get('/orders', requirePolicy('orders', auth), (_req, res) => void res.json([]));
 * ```
 */
export function requirePolicy(name: string, auth?: SharedVerifier): Middleware {
  return toRouteGuard('requirePolicy', policyRequirement(name, auth?.verifier));
}

function toRouteGuard(name: string, requirements: Requirements): Middleware {
  return (req, res, next) => {
    const state = findState(req);
    const error = state?.guard.authorize(state.auth, requirements);
    if (state === undefined) next(middlewareMissing(name));
    else if (error === undefined) next();
    else answerError(state.guard, error, res, next, requirements);
  };
}
