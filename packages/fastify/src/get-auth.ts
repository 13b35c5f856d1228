import { ConfigurationError, type VerifiedToken } from '@verifier/core';
import type { AnyRequest } from './fastify-types.ts';
import { findState } from './request-state.ts';
import { readRouteAuth } from './route-auth-reader.ts';

/**
 * Returns the verified access token of a request, the value of `request.auth` without the null.
 *
 * `TClaims` types the claims that your issuer adds. The type is not checked at run time.
 *
 * @throws ConfigurationError if no hook authenticated the request.
 * @throws CredentialsMissingError (401) if the request is anonymous. Pass `{ optional: true }` to get null instead, also on a
 * route with `config: { auth: false }`.
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
  const isOptional = options?.optional === true && Object.hasOwn(options, 'optional');
  if (state === undefined) {
    if (isOptional && readRouteAuth(request.routeOptions?.config) === false) return null;
    throw new ConfigurationError(
      'getAuth(request) found no authenticated request: register oktaAuth or bearerAuth in the scope of this route, and do not set config.auth of the route to false',
    );
  }
  const error = isOptional ? undefined : state.guard.authorize(state.auth);
  if (error !== undefined) throw state.guard.frameworkError(error);
  return state.auth;
}
