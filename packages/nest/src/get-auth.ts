import type { ExecutionContext } from '@nestjs/common';
import type { VerifiedToken } from '@verifier/core';
import { concealFaults } from './conceal-faults.ts';
import { findHandlerState, findState, isPublicRequest, type RequestState, readState } from './request-state.ts';
import { ruleOf } from './route-rule.ts';

/**
 * Returns the verified access token of a request, the value of `request.auth`. For interceptors, later guards and parameter
 * decorators of your own.
 *
 * `TClaims` types the claims that your issuer adds. The type is not checked at run time.
 *
 * @param source - The request of either platform, the client of a gateway, or an `ExecutionContext`, after a guard of this
 * package.
 * @throws ConfigurationError if no guard authenticated the request.
 * @throws AuthException (401) if the request is anonymous. Pass `{ optional: true }` to get null instead, also on a
 * `@Public()` route.
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
  const isOptional = options?.optional === true && Object.hasOwn(options, 'optional');
  if (isContext(source)) return concealFaults(source, () => readContext(source, 'getAuth()', isOptional));
  return readState(findState(source), {
    caller: 'getAuth()',
    optional: isOptional,
    isPublic: isPublicRequest(source),
  });
}

/** Returns the verified token of a context, as {@link readState} does. */
export function readContext(context: ExecutionContext, caller: string, optional: boolean): VerifiedToken | null {
  const isPublic = ruleOf(context.getHandler(), context.getClass()) === 'public';
  // The client of a gateway has the token of earlier messages, which a public handler ignores.
  const state = isPublic && context.getType() === 'ws' ? undefined : findStateOf(context);
  return readState(state, { caller, optional, isPublic });
}

function findStateOf(context: ExecutionContext): RequestState | undefined {
  // The request is an argument of an HTTP context, and the `req` of the context object of GraphQL. Of messages, the client
  // or the context of the transport is an argument.
  for (const argument of context.getArgs<unknown[]>()) {
    const state = findStateIn(argument, context) ?? findStateIn(requestIn(argument), context);
    if (state !== undefined) return state;
  }
  return undefined;
}

function findStateIn(source: unknown, context: ExecutionContext): RequestState | undefined {
  return findHandlerState(source, context) ?? findState(source);
}

function requestIn(argument: unknown): unknown {
  return typeof argument === 'object' && argument !== null && 'req' in argument ? argument.req : undefined;
}

function isContext(source: ExecutionContext | object): source is ExecutionContext {
  return 'getArgs' in source && 'getHandler' in source;
}
