import { ConfigurationError, type VerifiedToken } from '@verifier/core';
import type { AnyRequest } from './fastify-types.ts';
import { findState } from './request-state.ts';
import { readRouteAuth } from './route-auth-reader.ts';

const openRoute =
  'config.auth of this route is false. Pass { optional: true } to get null there, or write config.auth: { optional: true } to read the token of a request that has one';
const unguarded =
  'register oktaAuth or bearerAuth in the scope of this route. With global: false, set config.auth of the route';

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
    const isOpen = readRouteAuth(request.routeOptions?.config) === false;
    if (isOptional && isOpen) return null;
    throw new ConfigurationError(`getAuth(request) found no authenticated request: ${isOpen ? openRoute : unguarded}`);
  }
  const error = isOptional ? undefined : state.guard.authorize(state.auth);
  if (error !== undefined) throw state.guard.frameworkError(error);
  return state.auth;
}
