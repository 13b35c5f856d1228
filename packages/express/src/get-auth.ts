import type { IncomingMessage, ServerResponse } from 'node:http';
import type { VerifiedToken } from '@verifier/core';
import { findState, middlewareMissing } from './request-state.ts';

// Express links each request to its response.
interface AnsweredRequest extends IncomingMessage {
  readonly res?: ServerResponse;
}

/**
 * Returns the verified access token of a request, the value of `req.auth`, without changing the types of Express.
 *
 * `TClaims` types the claims that your issuer adds. The type is not checked at run time.
 *
 * @param req - A request that {@link oktaAuth} or {@link bearerAuth} has authenticated.
 * @throws ConfigurationError if no middleware authenticated the request.
 * @throws CredentialsMissingError (401) if the request is anonymous. Pass `{ optional: true }` to get null instead.
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
export function getAuth(req: AnsweredRequest, options?: { readonly optional: true }): VerifiedToken | null {
  const state = findState(req);
  if (state === undefined) throw middlewareMissing('getAuth(req)');
  const isOptional = options?.optional === true && Object.hasOwn(options, 'optional');
  const error = isOptional ? undefined : state.guard.authorize(state.auth);
  if (error !== undefined) throw state.guard.frameworkError(error, req.res);
  return state.auth;
}
