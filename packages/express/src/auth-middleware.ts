import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  type AuthResult,
  createGuard,
  createOktaGuard,
  fromNodeRequest,
  type Guard,
  type GuardOptions,
  type OktaGuardOptions,
  type Verifier,
} from '@verifier/core';
import { refuse } from './refuse.ts';
import { attachState } from './request-state.ts';

/** How a middleware says that it is done, or that it failed. Express's `NextFunction` is one. */
export type Next = (error?: unknown) => void;

/** A middleware for `app.use`, a router or a single route; fits the typings of Express 4 and 5 alike. */
export type Middleware = (req: IncomingMessage, res: ServerResponse, next: Next) => void;

/** A {@link Middleware} that authenticates requests. */
export interface AuthMiddleware extends Middleware {
  /** Verifies the tokens: `await auth.verifier.warmUp()` before `listen`, `auth.verifier.close()` at the end. */
  readonly verifier: Verifier;
}

/**
 * Lets requests through that carry a valid access token of an Okta authorization server, and answers all others.
 *
 * Checked: the signature, with the keys that the issuer publishes; `iss`, `aud`, `exp`, `nbf`; and that the token is an
 * access token, not bound to a key that was not proved. Not checked: scopes, which are for {@link requireScope}, and
 * whether the token was revoked since it was issued. A request without a token, a CORS preflight included, is answered
 * with 401.
 *
 * @param options - `issuer` and `audience`, and whatever else a verifier can be told; or `{ verifier }`. Defaults:
 * `OKTA_OAUTH2_ISSUER` and `OKTA_OAUTH2_AUDIENCE` of the environment; then, for an issuer that ends in
 * `/oauth2/default`, the audience `api://default`.
 * @throws ConfigurationError at once, where an option is missing, unknown or not safe.
 *
 * @example
 * ```ts
 * import { getAuth, oktaAuth } from '@verifier/express';
 * import express from 'express';
 *
 * const app = express();
 * app.use(oktaAuth({ issuer: 'https://example.okta.com/oauth2/default', audience: 'api://default' }));
 * app.get('/profile', (req, res) => void res.json({ subject: getAuth(req).subject }));
 * app.listen(3000);
 * ```
 */
export function oktaAuth(options?: OktaGuardOptions): AuthMiddleware {
  return createAuthMiddleware(createOktaGuard(options));
}

/**
 * {@link oktaAuth} for any OAuth 2.0 or OpenID Connect authorization server. Reads no environment variable.
 *
 * @param options - `issuer` and `audience`, and whatever else a verifier can be told; or `{ verifier }`.
 * @throws ConfigurationError at once, where an option is missing, unknown or not safe.
 *
 * @example
 * ```ts
 * import { bearerAuth, getAuth } from '@verifier/express';
 * import express from 'express';
 *
 * const app = express();
 * app.use(bearerAuth({ issuer: 'https://login.example.com', audience: 'https://api.example.com' }));
 * app.get('/profile', (req, res) => void res.json({ subject: getAuth(req).subject }));
 * app.listen(3000);
 * ```
 */
export function bearerAuth(options: GuardOptions): AuthMiddleware {
  return createAuthMiddleware(createGuard(options));
}

function createAuthMiddleware(guard: Guard): AuthMiddleware {
  const middleware: Middleware = (req, res, next) => {
    const conclude = (result: AuthResult): void => {
      if (result.ok) {
        attachState(req, { guard, auth: result.auth });
        next();
      } else refuse(guard, result.error, res, next);
    };
    const result = guard.authenticate(fromNodeRequest(req));
    // For a token that was seen before the result is at hand, and the request goes on without a turn of the event loop.
    if (result instanceof Promise) result.then(conclude, next);
    else conclude(result);
  };
  return Object.assign(middleware, { verifier: guard.verifier });
}
