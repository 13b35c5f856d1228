import * as verifier from '@verifier/core';
import type { Context, Middleware, Next } from 'koa';

type State = { readonly guard: verifier.Guard; readonly auth: verifier.VerifiedToken | null };
const states = new WeakMap<Context['req'], State>();

/** Requires a valid access token. `ctx.state.auth` is the verified token, or null for an anonymous request. */
export function bearerAuth(options: verifier.GuardOptions): Middleware & { readonly verifier: verifier.Verifier } {
  const guard = verifier.createGuard(options);
  const middleware = async (ctx: Context, next: Next): Promise<void> => {
    const request = verifier.fromNodeRequest(ctx.req);
    const metadata = await guard.answerMetadata(request);
    if (metadata !== undefined) return write(ctx, metadata);
    const result = await guard.authenticate(request);
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
    if (error !== undefined) return deny(ctx, state.guard, error, requirements);
    await next();
  };
}

function deny(ctx: Context, guard: verifier.Guard, error: verifier.AnyAuthError, route?: verifier.Requirements): void {
  if (guard.onError === 'framework') {
    verifier.drainBeforeEnd(ctx.req, ctx.res);
    throw guard.frameworkError(error, ctx.res, route);
  }
  const challenge = guard.challenge(error, route);
  write(ctx, challenge);
  verifier.keepChallengeOnWrite(ctx.res, challenge.headers);
}

function write(ctx: Context, { status, headers, body }: verifier.HttpAnswer): void {
  verifier.drainBeforeEnd(ctx.req, ctx.res);
  ctx.body = body || null;
  ctx.status = status;
  ctx.set({ ...headers });
}
