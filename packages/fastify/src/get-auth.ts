import { ConfigurationError, type VerifiedToken } from '@verifier/core';
import type { AnyRequest } from './fastify-types.ts';
import { findState } from './request-state.ts';

/**
 * The verified access token of a request: what `request.auth` holds, without the null.
 *
 * `TClaims` types the claims that your issuer adds. It says what you expect of them; it does not check them.
 *
 * @throws ConfigurationError where nothing authenticated the request.
 * @throws CredentialsMissingError (401) where the request is anonymous; ask with `{ optional: true }` to get null.
 *
 * @example
 * ```ts
 * import { bearerAuth, getAuth } from '@verifier/fastify';
 * import Fastify from 'fastify';
 *
 * const app = Fastify();
 * await app.register(bearerAuth, { issuer: 'https://login.example.com', audience: 'https://api.example.com' });
 * app.get('/profile', (request) => {
 *   const { subject, claims } = getAuth<{ email?: string }>(request);
 *   return { subject, email: claims.email };
 * });
 * ```
 */
export function getAuth<TClaims = unknown>(request: AnyRequest): VerifiedToken<TClaims>;
export function getAuth<TClaims = unknown>(
  request: AnyRequest,
  options: { readonly optional: true },
): VerifiedToken<TClaims> | null;
export function getAuth(request: AnyRequest, options?: { readonly optional: true }): VerifiedToken | null {
  const state = findState(request);
  if (state === undefined) {
    throw new ConfigurationError(
      'getAuth(request) found no authenticated request: register oktaAuth or bearerAuth in the scope of this route, and see that config.auth of the route is not false',
    );
  }
  const error = options?.optional === true ? undefined : state.guard.authorize(state.auth, {});
  if (error !== undefined) throw state.guard.frameworkError(error);
  return state.auth;
}
