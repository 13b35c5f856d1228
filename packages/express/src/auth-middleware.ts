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
import { answerError } from './answer-error.ts';
import { answerMetadata } from './answer-metadata.ts';
import { attachState } from './request-state.ts';
import { setHeaders } from './set-headers.ts';

/** The callback that continues with the next middleware, or with the error handlers. Compatible with `NextFunction` of Express. */
export type Next = (error?: unknown) => void;

/** A middleware for `app.use`, a router or a single route. Compatible with the types of Express 4 and 5. */
export type Middleware = (req: IncomingMessage, res: ServerResponse, next: Next) => void;

/** A {@link Middleware} that authenticates requests. */
export interface AuthMiddleware extends Middleware {
  /** The verifier: call `await auth.verifier.warmUp()` before `listen` and `auth.verifier.close()` on shutdown. */
  readonly verifier: Verifier;
}

/**
 * Authenticates requests by an access token of an Okta authorization server. Requests without a valid token are answered
 * here and do not reach the route.
 *
 * Checked: the signature, with the keys that the issuer publishes; `iss`, `aud`, `exp`, `nbf`; and that the token is an
 * access token, not bound to a key. Not checked: scopes (use {@link requireScope}), and whether the token was revoked. A
 * request without a token, including a CORS preflight, is answered with 401.
 *
 * @param options - `issuer`, `audience` and the other options of a verifier, or `{ verifier }`. Defaults:
 * `OKTA_OAUTH2_ISSUER` and `OKTA_OAUTH2_AUDIENCE` of the environment; then, if the issuer ends in `/oauth2/default`, the
 * audience `api://default`.
 * @throws ConfigurationError immediately if an option is missing, unknown or not safe.
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
  return toMiddleware(createOktaGuard(options));
}

/**
 * {@link oktaAuth} for any OAuth 2.0 or OpenID Connect authorization server. Does not read the environment.
 *
 * @param options - `issuer`, `audience` and the other options of a verifier, or `{ verifier }`.
 * @throws ConfigurationError immediately if an option is missing, unknown or not safe.
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
  return toMiddleware(createGuard(options));
}

function toMiddleware(guard: Guard): AuthMiddleware {
  const hasMetadata = guard.verifier.resource !== undefined;
  const middleware: Middleware = (req, res, next) => {
    const conclude = (result: AuthResult): void => {
      if (result.ok) {
        attachState(req, { guard, auth: result.auth });
        setHeaders(res, result.headers);
        next();
      } else answerError(guard, result.error, res, next);
    };
    if (hasMetadata && answerMetadata(guard, req, res, next)) return;
    const result = guard.authenticate(fromNodeRequest(req));
    // The result for a cached token is not a promise: the request continues in the same turn of the event loop.
    if (result instanceof Promise) result.then(conclude, next);
    else conclude(result);
  };
  return Object.assign(middleware, { verifier: guard.verifier });
}
