import type { Guard, VerifiedToken } from '@verifier/core';
import type { FastifyInstance } from 'fastify';
import type { AnyRequest } from './fastify-types.ts';

/** The result of authenticating a request, for the route guards and accessors that come later. */
export interface RequestState {
  readonly guard: Guard;
  /** Null for an anonymous request. */
  readonly auth: VerifiedToken | null;
}

// A registered symbol: two copies of this package share it.
const requestState: unique symbol = Symbol.for('@verifier/fastify/request-state');

interface StatefulRequest extends AnyRequest {
  [requestState]?: RequestState | null;
}

/** Decorates the requests of a scope in advance, so that attaching the state does not change the shape of the object. */
export function declareState(instance: FastifyInstance, decoratorName: string): void {
  if (!instance.hasRequestDecorator(requestState)) instance.decorateRequest(requestState, null);
  instance.decorateRequest(decoratorName, null);
}

/** Whether the requests of a scope are decorated, also by another copy of this package. */
export function declaresState(scope: FastifyInstance): boolean {
  return scope.hasRequestDecorator(requestState);
}

/** Attaches the result: by name for the application, and under a symbol that no other plugin overwrites. */
export function attachState(request: StatefulRequest, decoratorName: string, state: RequestState): void {
  request[requestState] = state;
  (request as unknown as Record<string, unknown>)[decoratorName] = state.auth;
}

/** Returns the attached state; undefined if the request was not authenticated. */
export function findState(request: StatefulRequest): RequestState | undefined {
  return Object.hasOwn(request, requestState) ? (request[requestState] ?? undefined) : undefined;
}
