import type { ExecutionContext } from '@nestjs/common';
import type { VerifiedToken } from '@verifier/core';
import { findState, type RequestState, readState } from './request-state.ts';

/**
 * The verified access token of a request: what `request.auth` holds, typed. For interceptors, later guards, parameter
 * decorators of your own, and wherever else the request or its execution context is at hand.
 *
 * `TClaims` types the claims that your issuer adds. It says what you expect of them; it does not check them.
 *
 * @param source - The request of either platform, or an `ExecutionContext` (HTTP or GraphQL), after `OktaAuthGuard`.
 * @throws ConfigurationError where no guard authenticated the request.
 * @throws AuthException (401) where the request is anonymous; ask with `{ optional: true }` to get null.
 *
 * @example
 * ```ts
 * import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
 * import { getAuth } from '@verifier/nest';
 *
 * export class AuditInterceptor implements NestInterceptor {
 *   intercept(context: ExecutionContext, next: CallHandler) {
 *     const { subject, claims } = getAuth<{ email?: string }>(context);
 *     console.log(subject, claims.email);
 *     return next.handle();
 *   }
 * }
 * ```
 */
export function getAuth<TClaims = unknown>(source: ExecutionContext | object): VerifiedToken<TClaims>;
export function getAuth<TClaims = unknown>(
  source: ExecutionContext | object,
  options: { readonly optional: true },
): VerifiedToken<TClaims> | null;
export function getAuth(
  source: ExecutionContext | object,
  options?: { readonly optional: true },
): VerifiedToken | null {
  const state = isContext(source) ? findStateOf(source) : findState(source);
  return readState(state, 'getAuth()', options?.optional === true);
}

/** What the guard attached to the request of a context, wherever among its arguments that request is. */
export function findStateOf(context: ExecutionContext): RequestState | undefined {
  // HTTP has the request itself as an argument; GraphQL has it as `req` of its context object.
  for (const argument of context.getArgs<unknown[]>()) {
    const state = findState(argument) ?? findState(requestIn(argument));
    if (state !== undefined) return state;
  }
  return undefined;
}

function requestIn(argument: unknown): unknown {
  return typeof argument === 'object' && argument !== null && 'req' in argument ? argument.req : undefined;
}

function isContext(source: ExecutionContext | object): source is ExecutionContext {
  return 'getArgs' in source && 'getHandler' in source;
}
