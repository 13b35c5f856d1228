import { type AuthResult, fromNodeRequest, type Guard, type Requirements } from '@verifier/core';
import type { AnyReply, AnyRequest } from './fastify-types.ts';
import { NodeView } from './node-view.ts';
import { refuse } from './refuse.ts';
import { attachState, findState } from './request-state.ts';

/** A hook for `onRequest`, `preValidation` or `preHandler`, of a route or of a scope. */
export type AuthHook = (request: AnyRequest, reply: AnyReply, done: (error?: Error) => void) => void;

/** One registration of the plugin: who judges, and under which name the result is attached. */
export interface Registration {
  readonly guard: Guard;
  readonly decoratorName: string;
}

/** The hook of a whole scope. A route that `requirementsOf` has nothing for is open. */
export function createScopeHook(
  registration: Registration,
  requirementsOf: (request: AnyRequest) => Requirements | undefined,
): AuthHook {
  return (request, reply, done) => {
    const requirements = requirementsOf(request);
    if (requirements === undefined) done();
    else admit(registration, requirements, request, reply, done);
  };
}

/** The hook of a route that demands something; authenticates where nothing before it did. */
export function createRouteGuard(registration: Registration, requirements: Requirements): AuthHook {
  const { guard } = registration;
  return (request, reply, done) => {
    const state = findState(request);
    if (state?.guard !== guard) return admit(registration, requirements, request, reply, done);
    const error = guard.authorize(state.auth, requirements);
    if (error === undefined) done();
    else refuse(guard, error, reply, done);
  };
}

/** The function behind `fastify.authenticate`. */
export function createAuthenticate(registration: Registration): (request: AnyRequest) => Promise<void> {
  const { guard, decoratorName } = registration;
  return async (request) => {
    const state = findState(request);
    if (state?.guard === guard && state.auth !== null) return;
    const result = await guard.authenticate(fromNodeRequest(new NodeView(request)));
    if (!result.ok) throw guard.frameworkError(result.error);
    attachState(request, decoratorName, { guard, auth: result.auth });
  };
}

function admit(
  { guard, decoratorName }: Registration,
  requirements: Requirements,
  request: AnyRequest,
  reply: AnyReply,
  done: (error?: Error) => void,
): void {
  const conclude = (result: AuthResult): void => {
    if (result.ok) {
      attachState(request, decoratorName, { guard, auth: result.auth });
      done();
    } else refuse(guard, result.error, reply, done);
  };
  const result = guard.authenticate(fromNodeRequest(new NodeView(request)), requirements);
  // For a token that was seen before the result is at hand, and the request goes on without a turn of the event loop.
  if (result instanceof Promise) result.then(conclude, done);
  else conclude(result);
}
