import type { VerifiedToken } from '@verifier/core';
import type { Context } from 'hono';
import { refusal } from './refusal.ts';
import { findState, middlewareMissing } from './request-state.ts';

/**
 * The verified access token of a request: what `c.var.auth` holds, wherever only the bare context is at hand.
 *
 * `TClaims` types the claims that your issuer adds. It says what you expect of them; it does not check them.
 *
 * @param c - The context, after {@link oktaAuth} or {@link bearerAuth}.
 * @throws ConfigurationError where no middleware authenticated the request.
 * @throws HTTPException (401) where the request is anonymous; ask with `{ optional: true }` to get null.
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
 * The verified access token of a request, or null where it is anonymous.
 *
 * @param c - The context, after {@link oktaAuth} or {@link bearerAuth}.
 * @throws ConfigurationError where no middleware authenticated the request.
 */
export function getAuth<TClaims = unknown>(
  c: Context,
  options: { readonly optional: true },
): VerifiedToken<TClaims> | null;
export function getAuth(c: Context, options?: { readonly optional: true }): VerifiedToken | null {
  const state = findState(c);
  if (state === undefined) throw middlewareMissing('getAuth(c)');
  const error = options?.optional === true ? undefined : state.guard.authorize(state.auth, {});
  if (error !== undefined) throw refusal(state.guard, error);
  return state.auth;
}
