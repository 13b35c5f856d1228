import type { IncomingMessage } from 'node:http';
import type { VerifiedToken } from '@verifier/core';
import { findState, middlewareMissing } from './request-state.ts';

/**
 * The verified access token of a request: what `req.auth` holds, typed without touching Express's own types.
 *
 * `TClaims` types the claims that your issuer adds. It says what you expect of them; it does not check them.
 *
 * @param req - The request, after {@link oktaAuth} or {@link bearerAuth}.
 * @throws ConfigurationError where no middleware authenticated the request.
 * @throws CredentialsMissingError (401) where the request is anonymous; ask with `{ optional: true }` to get null.
 *
 * @example
 * ```ts
 * import { bearerAuth, getAuth } from '@verifier/express';
 * import express from 'express';
 *
 * const app = express();
 * app.use(bearerAuth({ issuer: 'https://login.example.com', audience: 'https://api.example.com' }));
 * app.get('/profile', (req, res) => {
 *   const { subject, claims } = getAuth<{ email?: string }>(req);
 *   res.json({ subject, email: claims.email });
 * });
 * ```
 */
export function getAuth<TClaims = unknown>(req: IncomingMessage): VerifiedToken<TClaims>;
export function getAuth<TClaims = unknown>(
  req: IncomingMessage,
  options: { readonly optional: true },
): VerifiedToken<TClaims> | null;
export function getAuth(req: IncomingMessage, options?: { readonly optional: true }): VerifiedToken | null {
  const state = findState(req);
  if (state === undefined) throw middlewareMissing('getAuth(req)');
  const error = options?.optional === true ? undefined : state.guard.authorize(state.auth, {});
  if (error !== undefined) throw state.guard.frameworkError(error);
  return state.auth;
}
