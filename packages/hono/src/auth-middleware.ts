import {
  type ClientConnection,
  createGuard,
  createOktaGuard,
  fromFetchRequest,
  type Guard,
  type GuardOptions,
  type GuardSettings,
  type OktaGuardOptions,
  type OktaOptions,
  type OptionalVerifier,
  type SharedVerifier,
  toFetchResponse,
  type VerifiedToken,
  type Verifier,
  type VerifierOptions,
  type WithOptional,
} from '@verifier/core';
import type { Context, MiddlewareHandler, Next } from 'hono';
import type { DeniedResponse } from './denied-response.ts';
import { drainOnNode } from './drain-on-node.ts';
import { GuardCache, type GuardLease } from './guard-cache.ts';
import { attachState } from './request-state.ts';
import { setHeaders } from './set-headers.ts';
import { toHttpException } from './to-http-exception.ts';

type Denied = DeniedResponse<400 | 401 | 503>;

/** A middleware that authenticates requests. After it, `c.var.auth` is `TAuth`. */
export type AuthMiddleware<TAuth extends VerifiedToken | null = VerifiedToken> = MiddlewareHandler<
  { Variables: { auth: TAuth } },
  string,
  Record<never, never>,
  Denied
>;

/** The part of a middleware that has fixed options, rather than a function that returns them. */
export interface WithVerifier<TVerifier extends Verifier = Verifier> {
  /** The verifier: call `await auth.verifier.warmUp()` before `serve` and `auth.verifier.close()` on shutdown. */
  readonly verifier: TVerifier;
}

/** Options whose type excludes anonymous requests. */
export type TokenRequired<TOptions> = (WithOptional<TOptions, false> | SharedVerifier) & GuardSettings;

/** A verifier that may accept anonymous requests. */
export type SharedOptionalVerifier = { readonly verifier: OptionalVerifier } & GuardSettings;

/** Returns the options for a request, for example from the bindings of a Worker. Called on every request; keep it fast. */
export type OptionsFunction<TOptions> = (c: Context) => TOptions;

/** {@link oktaAuth} with a verifier that may accept anonymous requests: `c.var.auth` is null for them. */
export function oktaAuth<TClaims = unknown>(
  options: SharedOptionalVerifier,
): AuthMiddleware<VerifiedToken<TClaims> | null> & WithVerifier<OptionalVerifier>;
/**
 * Authenticates requests by an access token of an Okta authorization server. Requests without a valid token are answered
 * here and do not reach the route.
 *
 * Checked: the signature, with the keys that the issuer publishes; `iss`, `aud`, `exp`, `nbf`; and that the token is an
 * access token, not bound to a key. Not checked: scopes (use {@link requireScope}), and whether the token was revoked. A
 * request without a token, including a CORS preflight, is answered with 401.
 *
 * A denied request throws an `HTTPException` with the complete response, and the AuthError as its `cause`. In your own
 * `app.onError`, return `error.getResponse()` to keep that response.
 *
 * @param options - `issuer`, `audience` and the other options of a verifier, or `{ verifier }`. Defaults:
 * `OKTA_OAUTH2_ISSUER` and `OKTA_OAUTH2_AUDIENCE` of the environment; then, if the issuer ends in `/oauth2/default`, the
 * audience `api://default`.
 * @throws ConfigurationError immediately if an option is missing, unknown or not safe.
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
  options?: TokenRequired<OktaOptions>,
): AuthMiddleware<VerifiedToken<TClaims>> & WithVerifier;
/** {@link oktaAuth} with options that may allow anonymous requests: `c.var.auth` is null for them. */
export function oktaAuth<TClaims = unknown>(
  options: OktaGuardOptions,
): AuthMiddleware<VerifiedToken<TClaims> | null> & WithVerifier<OptionalVerifier>;
/** {@link oktaAuth} with a verifier that depends on the request and may accept anonymous requests. */
export function oktaAuth<TClaims = unknown>(
  options: OptionsFunction<SharedOptionalVerifier>,
): AuthMiddleware<VerifiedToken<TClaims> | null>;
/**
 * {@link oktaAuth} with options that depend on the request, or on the bindings of a Worker. Equal options share a
 * verifier. Cached are 100 that verified a token, and 100 that did not; an evicted one is closed after its last request.
 * Functions among the options, such as `validate`, are equal only if they are the same object: define them outside.
 *
 * @throws ConfigurationError for a request if the function throws or returns wrong options; the route stays closed.
 */
export function oktaAuth<TClaims = unknown>(
  options: OptionsFunction<TokenRequired<OktaOptions>>,
): AuthMiddleware<VerifiedToken<TClaims>>;
/** {@link oktaAuth} with options that depend on the request and may allow anonymous requests. */
export function oktaAuth<TClaims = unknown>(
  options: OptionsFunction<OktaGuardOptions>,
): AuthMiddleware<VerifiedToken<TClaims> | null>;
export function oktaAuth(options?: OktaGuardOptions | OptionsFunction<OktaGuardOptions>): MiddlewareHandler {
  return typeof options === 'function'
    ? toCachedMiddleware(new GuardCache(options, createOktaGuard))
    : withVerifier(createOktaGuard(options));
}

/** {@link bearerAuth} with a verifier that may accept anonymous requests: `c.var.auth` is null for them. */
export function bearerAuth<TClaims = unknown>(
  options: SharedOptionalVerifier,
): AuthMiddleware<VerifiedToken<TClaims> | null> & WithVerifier<OptionalVerifier>;
/**
 * {@link oktaAuth} for any OAuth 2.0 or OpenID Connect authorization server. Does not read the environment.
 *
 * @param options - `issuer`, `audience` and the other options of a verifier, or `{ verifier }`.
 * @throws ConfigurationError immediately if an option is missing, unknown or not safe.
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
  options: TokenRequired<VerifierOptions>,
): AuthMiddleware<VerifiedToken<TClaims>> & WithVerifier;
/** {@link bearerAuth} with options that may allow anonymous requests: `c.var.auth` is null for them. */
export function bearerAuth<TClaims = unknown>(
  options: GuardOptions,
): AuthMiddleware<VerifiedToken<TClaims> | null> & WithVerifier<OptionalVerifier>;
/** {@link bearerAuth} with a verifier that depends on the request and may accept anonymous requests. */
export function bearerAuth<TClaims = unknown>(
  options: OptionsFunction<SharedOptionalVerifier>,
): AuthMiddleware<VerifiedToken<TClaims> | null>;
/**
 * {@link bearerAuth} with options that depend on the request, or on the bindings of a Worker. Equal options share a
 * verifier. Cached are 100 that verified a token, and 100 that did not; an evicted one is closed after its last request.
 * Functions among the options, such as `validate`, are equal only if they are the same object: define them outside.
 *
 * @throws ConfigurationError for a request if the function throws or returns wrong options; the route stays closed.
 */
export function bearerAuth<TClaims = unknown>(
  options: OptionsFunction<TokenRequired<VerifierOptions>>,
): AuthMiddleware<VerifiedToken<TClaims>>;
/** {@link bearerAuth} with options that depend on the request and may allow anonymous requests. */
export function bearerAuth<TClaims = unknown>(
  options: OptionsFunction<GuardOptions>,
): AuthMiddleware<VerifiedToken<TClaims> | null>;
export function bearerAuth(options: GuardOptions | OptionsFunction<GuardOptions>): MiddlewareHandler {
  return typeof options === 'function'
    ? toCachedMiddleware(new GuardCache(options, createGuard))
    : withVerifier(createGuard(options));
}

function toCachedMiddleware<TOptions extends object>(guards: GuardCache<TOptions>): AuthMiddleware {
  return toMiddleware((c) => guards.lease(c));
}

function withVerifier(guard: Guard): AuthMiddleware & WithVerifier {
  const lease: GuardLease = { guard, verified: () => undefined, end: () => undefined };
  return Object.assign(
    toMiddleware(() => lease),
    { verifier: guard.verifier },
  );
}

function toMiddleware(leaseFor: (c: Context) => GuardLease): AuthMiddleware {
  return async function authMiddleware(c, next) {
    const lease = leaseFor(c);
    try {
      return await authenticate(c, next, lease);
    } finally {
      lease.end();
    }
  };
}

async function authenticate(c: Context, next: Next, { guard, verified }: GuardLease): Promise<Denied | undefined> {
  const request = fromFetchRequest(c.req.raw, { waitUntil: (work) => keepAlive(c, work), connection: connectionOf(c) });
  const metadata = guard.verifier.resource === undefined ? undefined : guard.answerMetadata(request);
  if (metadata !== undefined) {
    drainOnNode(c);
    // Not part of the type of a route, whose clients never request it.
    return toFetchResponse(await metadata) as Denied;
  }
  const result = await guard.authenticate(request);
  if (!result.ok) throw toHttpException(c, guard, result.error);
  if (result.auth !== null) verified();
  attachState(c, { guard, auth: result.auth });
  await next();
  setHeaders(c, result.headers);
  return undefined;
}

// The server of Node.js passes its request in the environment.
function connectionOf(c: Context): ClientConnection | undefined {
  return Object(Object(c.env).incoming).socket;
}

function keepAlive(c: Context, work: Promise<unknown>): void {
  try {
    c.executionCtx.waitUntil(work);
  } catch {
    // Runtimes that stop after the response have an execution context; on the others the work continues without one.
  }
}
