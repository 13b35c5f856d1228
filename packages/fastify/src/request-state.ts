import type { Guard, VerifiedToken } from '@verifier/core';
import type { FastifyInstance } from 'fastify';
import type { AnyRequest } from './fastify-types.ts';

/** What was found out about a request, for the route guards and accessors that come later. */
export interface RequestState {
  readonly guard: Guard;
  /** Null for an anonymous request. */
  readonly auth: VerifiedToken | null;
}

// A registered symbol, so that two copies of this package find each other.
const requestState: unique symbol = Symbol.for('@verifier/fastify/request-state');

interface StatefulRequest extends AnyRequest {
  [requestState]?: RequestState | null;
}

/** Gives every request of the scope a place for its state before there is any, so that no request changes its shape. */
export function declareState(instance: FastifyInstance, decoratorName: string): void {
  if (!instance.hasRequestDecorator(requestState)) instance.decorateRequest(requestState, null);
  instance.decorateRequest(decoratorName, null);
}

/** Attaches the result: under its name for the application, and a hidden copy that no other plugin overwrites. */
export function attachState(request: StatefulRequest, decoratorName: string, state: RequestState): void {
  request[requestState] = state;
  (request as unknown as Record<string, unknown>)[decoratorName] = state.auth;
}

/** What was attached; undefined where the request was not authenticated. */
export function findState(request: StatefulRequest): RequestState | undefined {
  return request[requestState] ?? undefined;
}
