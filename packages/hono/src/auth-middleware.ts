import {
  createGuard,
  createOktaGuard,
  fromFetchRequest,
  type Guard,
  type GuardOptions,
  type GuardSettings,
  type OktaGuardOptions,
  type OktaOptions,
  type VerifiedToken,
  type Verifier,
  type VerifierOptions,
} from '@verifier/core';
import type { Context, MiddlewareHandler } from 'hono';
import { guardsByOptions } from './guards-by-options.ts';
import { type Refusal, refusal } from './refusal.ts';
import { attachState } from './request-state.ts';

/** A middleware that authenticates requests. After it, `c.var.auth` is `TAuth`. */
export type AuthMiddleware<TAuth extends VerifiedToken | null = VerifiedToken> = MiddlewareHandler<
  { Variables: { auth: TAuth } },
  string,
  Record<never, never>,
  Refusal<400 | 401 | 503>
>;

/** What a middleware carries that was made from options, and not from a function of them. */
export interface WithVerifier {
  /** Verifies the tokens: `await auth.verifier.warmUp()` before `serve`, `auth.verifier.close()` at the end. */
  readonly verifier: Verifier;
}

/** Options that let no anonymous request through, as far as their type tells. */
export type Demanding<TOptions> = TOptions & GuardSettings & { readonly optional?: false };

/** Chooses the options of a request: from the bindings of a Worker, say. Asked on every request, so it should be quick. */
export type OptionsFunction<TOptions> = (c: Context) => TOptions;

/**
 * Lets requests through that carry a valid access token of an Okta authorization server, and answers all others.
 *
 * Checked: the signature, with the keys that the issuer publishes; `iss`, `aud`, `exp`, `nbf`; and that the token is an
 * access token, not bound to a key that was not proved. Not checked: scopes, which are for {@link requireScope}, and
 * whether the token was revoked since it was issued. A request without a token, a CORS preflight included, is answered
 * with 401.
 *
 * A refused request throws an `HTTPException` with the ready answer, and the AuthError as its `cause`: an `app.onError`
 * of yours keeps the answer with `error.getResponse()`.
 *
 * @param options - `issuer` and `audience`, and whatever else a verifier can be told; or `{ verifier }`. Defaults:
 * `OKTA_OAUTH2_ISSUER` and `OKTA_OAUTH2_AUDIENCE` of the environment; then, for an issuer that ends in
 * `/oauth2/default`, the audience `api://default`.
 * @throws ConfigurationError at once, where an option is missing, unknown or not safe.
 *
 * @example
 * ```ts
 * import { getAuth, oktaAuth } from '@verifier/hono';
 * import { Hono } from 'hono';
 *
 * const app = new Hono();
 * app.use(oktaAuth({ issuer: 'https://example.okta.com/oauth2/default', audience: 'api://default' }));
 * app.get('/profile', (c) => c.json({ subject: getAuth(c).subject }));
 * export default app;
 * ```
 */
export function oktaAuth<TClaims = unknown>(
  options?: Demanding<OktaOptions>,
): AuthMiddleware<VerifiedToken<TClaims>> & WithVerifier;
/** {@link oktaAuth} that may let anonymous requests through: `c.var.auth` is null for them. */
export function oktaAuth<TClaims = unknown>(
  options: OktaGuardOptions,
): AuthMiddleware<VerifiedToken<TClaims> | null> & WithVerifier;
/**
 * {@link oktaAuth} with options that depend on the request, or on the bindings of a Worker. The same content gives the
 * same verifier; at most 100 are kept. A function among the options, `validate` say, counts as the same only where it
 * is the same object: define it outside.
 *
 * @throws ConfigurationError on the request, where the function throws, or returns what cannot work; the route stays
 * closed.
 */
export function oktaAuth<TClaims = unknown>(
  options: OptionsFunction<Demanding<OktaOptions>>,
): AuthMiddleware<VerifiedToken<TClaims>>;
/** {@link oktaAuth} with options that depend on the request, and may let anonymous ones through. */
export function oktaAuth<TClaims = unknown>(
  options: OptionsFunction<OktaGuardOptions>,
): AuthMiddleware<VerifiedToken<TClaims> | null>;
export function oktaAuth(options?: OktaGuardOptions | OptionsFunction<OktaGuardOptions>): MiddlewareHandler {
  return typeof options === 'function'
    ? createAuthMiddleware(guardsByOptions(options, createOktaGuard))
    : withVerifier(createOktaGuard(options));
}

/**
 * {@link oktaAuth} for any OAuth 2.0 or OpenID Connect authorization server. Reads no environment variable.
 *
 * @param options - `issuer` and `audience`, and whatever else a verifier can be told; or `{ verifier }`.
 * @throws ConfigurationError at once, where an option is missing, unknown or not safe.
 *
 * @example
 * ```ts
 * import { bearerAuth, getAuth } from '@verifier/hono';
 * import { Hono } from 'hono';
 *
 * const app = new Hono();
 * app.use(bearerAuth({ issuer: 'https://login.example.com', audience: 'https://api.example.com' }));
 * app.get('/profile', (c) => c.json({ subject: getAuth(c).subject }));
 * export default app;
 * ```
 */
export function bearerAuth<TClaims = unknown>(
  options: Demanding<VerifierOptions>,
): AuthMiddleware<VerifiedToken<TClaims>> & WithVerifier;
/** {@link bearerAuth} that may let anonymous requests through: `c.var.auth` is null for them. */
export function bearerAuth<TClaims = unknown>(
  options: GuardOptions,
): AuthMiddleware<VerifiedToken<TClaims> | null> & WithVerifier;
/**
 * {@link bearerAuth} with options that depend on the request, or on the bindings of a Worker. The same content gives
 * the same verifier; at most 100 are kept. A function among the options, `validate` say, counts as the same only where
 * it is the same object: define it outside.
 *
 * @throws ConfigurationError on the request, where the function throws, or returns what cannot work; the route stays
 * closed.
 */
export function bearerAuth<TClaims = unknown>(
  options: OptionsFunction<Demanding<VerifierOptions>>,
): AuthMiddleware<VerifiedToken<TClaims>>;
/** {@link bearerAuth} with options that depend on the request, and may let anonymous ones through. */
export function bearerAuth<TClaims = unknown>(
  options: OptionsFunction<GuardOptions>,
): AuthMiddleware<VerifiedToken<TClaims> | null>;
export function bearerAuth(options: GuardOptions | OptionsFunction<GuardOptions>): MiddlewareHandler {
  return typeof options === 'function'
    ? createAuthMiddleware(guardsByOptions(options, createGuard))
    : withVerifier(createGuard(options));
}

function withVerifier(guard: Guard): AuthMiddleware & WithVerifier {
  return Object.assign(
    createAuthMiddleware(() => guard),
    { verifier: guard.verifier },
  );
}

function createAuthMiddleware(guardFor: (c: Context) => Guard): AuthMiddleware {
  return async function authMiddleware(c, next) {
    const guard = guardFor(c);
    const request = fromFetchRequest(c.req.raw, { waitUntil: (work) => keepAlive(c, work) });
    const result = await guard.authenticate(request);
    if (!result.ok) throw refusal(guard, result.error);
    attachState(c, { guard, auth: result.auth });
    await next();
  };
}

function keepAlive(c: Context, work: Promise<unknown>): void {
  try {
    c.executionCtx.waitUntil(work);
  } catch {
    // Only the runtimes that end with the answer have an execution context; on the others the work goes on by itself.
  }
}
