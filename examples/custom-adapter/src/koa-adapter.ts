import * as verifier from '@verifier/core';
import type { Context, Middleware, Next } from 'koa';

type State = { readonly guard: verifier.Guard; readonly auth: verifier.VerifiedToken | null };
const states = new WeakMap<Context['req'], State>();

/** Requires a valid access token. `ctx.state.auth` is the verified token, or null for an anonymous request. */
export function bearerAuth(options: verifier.GuardOptions): Middleware & { readonly verifier: verifier.Verifier } {
  const guard = verifier.createGuard(options);
  const middleware = async (ctx: Context, next: Next): Promise<void> => {
    const result = await guard.authenticate(verifier.fromNodeRequest(ctx.req));
    if (!result.ok) return deny(ctx, guard, result.error);
    ctx.set({ ...result.headers });
    ctx.state['auth'] = result.auth;
    states.set(ctx.req, { guard, auth: result.auth });
    await next();
  };
  return Object.assign(middleware, { verifier: guard.verifier });
}

/** Requires `requirements` of a route, such as `scopeRequirement('read:orders')`. */
export function requires(requirements: verifier.Requirements): Middleware {
  return async (ctx, next) => {
    const state = states.get(ctx.req);
    if (state === undefined) throw new verifier.ConfigurationError('Mount bearerAuth() before this route');
    const error = state.guard.authorize(state.auth, requirements);
    if (error !== undefined) return deny(ctx, state.guard, error);
    await next();
  };
}

function deny(ctx: Context, guard: verifier.Guard, error: verifier.AnyAuthError): void {
  verifier.drainBeforeEnd(ctx.req, ctx.res);
  if (guard.onError === 'framework') throw guard.frameworkError(error, ctx.res);
  const { status, headers, body } = guard.challenge(error);
  Object.assign(ctx, { status, body });
  ctx.set({ ...headers });
  verifier.keepChallengeOnWrite(ctx.res, headers);
}
