import * as verifier from '@verifier/core';
import type { Context, Middleware, Next } from 'koa';

type State = { readonly guard: verifier.Guard; readonly auth: verifier.VerifiedToken | null };
const states = new WeakMap<Context['req'], State>();

/** Lets requests through that carry a valid access token; `ctx.state.auth` is the token, null where it is optional. */
export function bearerAuth(options: verifier.GuardOptions): Middleware & { readonly verifier: verifier.Verifier } {
  const guard = verifier.createGuard(options);
  const middleware = async (ctx: Context, next: Next): Promise<void> => {
    const result = await guard.authenticate(verifier.fromNodeRequest(ctx.req));
    if (!result.ok) return refuse(ctx, guard, result.error);
    ctx.state['auth'] = result.auth;
    states.set(ctx.req, { guard, auth: result.auth });
    ctx.set({ ...result.headers });
    await next();
  };
  return Object.assign(middleware, { verifier: guard.verifier });
}

/** Lets requests through that meet `requirements`, such as `scopeRequirement('read:orders')`. */
export function requires(requirements: verifier.Requirements): Middleware {
  return async (ctx, next) => {
    const state = states.get(ctx.req);
    if (state === undefined) throw new verifier.ConfigurationError('Mount bearerAuth() before this route');
    const error = state.guard.authorize(state.auth, requirements);
    if (error !== undefined) return refuse(ctx, state.guard, error);
    await next();
  };
}

function refuse(ctx: Context, guard: verifier.Guard, error: verifier.AnyAuthError): void {
  if (guard.onError === 'framework') throw guard.frameworkError(error);
  const { status, headers, body } = guard.challenge(error);
  ctx.status = status;
  ctx.set({ ...headers });
  ctx.body = body;
}
