import type { VerifiedToken } from '@verifier/core';
import type { Context } from 'hono';
import { findState, middlewareMissing } from './request-state.ts';
import { toHttpException } from './to-http-exception.ts';

/**
 * Returns the verified access token of a request, the value of `c.var.auth`, for functions that have a plain `Context`.
 *
 * `TClaims` types the claims that your issuer adds. The type is not checked at run time.
 *
 * @param c - The context of a request that {@link oktaAuth} or {@link bearerAuth} has authenticated.
 * @throws ConfigurationError if no middleware authenticated the request.
 * @throws HTTPException (401) if the request is anonymous. Pass `{ optional: true }` to get null instead.
 *
 * @example
 * ```ts
 * import { bearerAuth, getAuth } from '@verifier/hono';
 * import { Hono } from 'hono';
 *
 * const app = new Hono();
 * app.use(bearerAuth({ issuer: 'https://login.example.com', audience: 'https://api.example.com' }));
 * app.get('/profile', (c) => {
 *   const { subject, claims } = getAuth<{ email?: string }>(c);
 *   return c.json({ subject, email: claims.email });
 * });
 * ```
 */
export function getAuth<TClaims = unknown>(c: Context): VerifiedToken<TClaims>;
/**
 * Returns the verified access token of a request, or null if it is anonymous.
 *
 * @param c - The context of a request that {@link oktaAuth} or {@link bearerAuth} has authenticated.
 * @throws ConfigurationError if no middleware authenticated the request.
 */
export function getAuth<TClaims = unknown>(
  c: Context,
  options: { readonly optional: true },
): VerifiedToken<TClaims> | null;
export function getAuth(c: Context, options?: { readonly optional: true }): VerifiedToken | null {
  const state = findState(c);
  if (state === undefined) throw middlewareMissing('getAuth(c)');
  const isOptional = options?.optional === true && Object.hasOwn(options, 'optional');
  const error = isOptional ? undefined : state.guard.authorize(state.auth);
  if (error !== undefined) throw toHttpException(c, state.guard, error);
  return state.auth;
}
