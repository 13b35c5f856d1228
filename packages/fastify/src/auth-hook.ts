import { type AuthResult, fromNodeRequest, type Guard, type Requirements } from '@verifier/core';
import { answerError } from './answer-error.ts';
import type { AnyReply, AnyRequest } from './fastify-types.ts';
import { isMetadataRoute } from './metadata-route.ts';
import { NodeView } from './node-view.ts';
import { attachState, findState } from './request-state.ts';
import type { RouteRule } from './route-auth-reader.ts';
import { setHeaders } from './set-headers.ts';

/** A hook for `onRequest`, `preValidation` or `preHandler`, of a route or of a scope. */
export type AuthHook = (request: AnyRequest, reply: AnyReply, done: (error?: Error) => void) => void;

/** One registration of the plugin: its guard, and the name of the request decorator. */
export interface Registration {
  readonly guard: Guard;
  readonly decoratorName: string;
}

/** The hook of a whole scope: authenticates every request whose route is not public. */
export function toScopeHook(registration: Registration, ruleOf: (request: AnyRequest) => RouteRule): AuthHook {
  return (request, reply, done) => {
    const rule = ruleOf(request);
    if (rule === 'public') done();
    else authenticate(registration, rule, request, reply, done);
  };
}

/** The hook of a route with requirements. Authenticates the request if no earlier hook of the same guard did. */
export function toRouteGuard(registration: Registration, requirements: Requirements): AuthHook {
  const { guard } = registration;
  return (request, reply, done) => {
    if (isMetadataRoute(request)) return done();
    const state = findState(request);
    if (state?.guard !== guard) return authenticate(registration, requirements, request, reply, done);
    const error = guard.authorize(state.auth, requirements);
    if (error === undefined) done();
    else answerError(guard, error, reply, done, requirements);
  };
}

/** The function that decorates an instance as `authenticate`. */
export function toAuthenticate(registration: Registration): (request: AnyRequest, reply?: AnyReply) => Promise<void> {
  const { guard, decoratorName } = registration;
  return async (request, reply) => {
    if (isMetadataRoute(request)) return;
    const state = findState(request);
    if (state?.guard === guard && state.auth !== null) return;
    const result = await guard.authenticate(fromNodeRequest(new NodeView(request)));
    if (!result.ok) throw guard.frameworkError(result.error);
    attachState(request, decoratorName, { guard, auth: result.auth });
    if (reply !== undefined) setHeaders(reply, result.headers);
  };
}

function authenticate(
  { guard, decoratorName }: Registration,
  requirements: Requirements | undefined,
  request: AnyRequest,
  reply: AnyReply,
  done: (error?: Error) => void,
): void {
  const conclude = (result: AuthResult): void => {
    if (result.ok) {
      attachState(request, decoratorName, { guard, auth: result.auth });
      setHeaders(reply, result.headers);
      done();
    } else answerError(guard, result.error, reply, done, requirements);
  };
  const result = guard.authenticate(fromNodeRequest(new NodeView(request)), requirements);
  // The result for a cached token is not a promise: the request continues in the same turn of the event loop.
  if (result instanceof Promise) result.then(conclude, done);
  else conclude(result);
}
