import type { ExecutionContext } from '@nestjs/common';
import { type AnyAuthError, ConfigurationError, type Guard, type VerifiedToken } from '@verifier/core';

/** The result of the guard, for the accessors that come after it. */
export interface RequestState {
  readonly guard: Guard;
  /** Null for an anonymous request, and for one whose credentials were denied. */
  readonly auth: VerifiedToken | null;
  /** Whether the guard denied the request; another guard may have granted access. */
  readonly isDenied?: boolean;
  /** The context that was authenticated. Each resolver of one GraphQL request has its own. */
  readonly context: object;
  /** Returns the exception for an accessor that denies the request, and sets its headers on the response. */
  toException(error: AnyAuthError): Error;
}

// A registered symbol: a guard and an accessor from two copies of this package share it, and no input of a client can
// contain it.
const requestState: unique symbol = Symbol.for('@verifier/nest/request-state');

const handlerStates: unique symbol = Symbol.for('@verifier/nest/handler-states');

interface Stateful {
  [requestState]?: RequestState;
  [handlerStates]?: WeakMap<object, WeakMap<object, RequestState>>;
  auth?: VerifiedToken | null;
}

/** Attaches the result: as `request.auth` for the application, and under a symbol that no other library overwrites. */
export function attachState(request: object, state: RequestState): void {
  const stateful: Stateful = request;
  stateful[requestState] = state;
  stateful.auth = state.auth;
}

/**
 * Attaches the result to the client of a message, or to the request of a GraphQL operation, and to the handler: gateways
 * and resolvers that share it may have different guards, and run at the same time.
 */
export function attachHandlerState(client: object, context: ExecutionContext, state: RequestState): void {
  const stateful: Stateful = client;
  const ofClient = findOwn(client, handlerStates) ?? new WeakMap();
  const ofClass = ofClient.get(context.getClass()) ?? new WeakMap();
  stateful[handlerStates] = ofClient.set(context.getClass(), ofClass.set(context.getHandler(), state));
  attachState(client, state);
}

/** Returns the state that the guard attached; undefined if none ran. */
export function findState(request: unknown): RequestState | undefined {
  return findOwn(request, requestState);
}

/** Returns the state that the guard attached for the handler of a message or a resolver; undefined if none ran. */
export function findHandlerState(client: unknown, context: ExecutionContext): RequestState | undefined {
  return findOwn(client, handlerStates)?.get(context.getClass())?.get(context.getHandler());
}

function findOwn<TName extends keyof Stateful>(value: unknown, name: TName): Stateful[TName] | undefined {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Stateful)[name];
}

/**
 * Returns the verified token of a granted request, or null if it is anonymous and `optional` is true.
 *
 * @throws ConfigurationError if no guard authenticated the request.
 * @throws AuthException if the request is anonymous and `optional` is false.
 */
export function readState(state: RequestState | undefined, caller: string, optional: boolean): VerifiedToken | null {
  if (state === undefined) {
    throw new ConfigurationError(
      `${caller} found no authenticated request: the route is @Public(), or no OktaAuthGuard protects it. Write @OktaAuth(), or @OktaAuth({ optional: true }) to let anonymous requests through`,
    );
  }
  const error = optional ? undefined : state.guard.authorize(state.auth);
  if (error !== undefined) throw state.toException(error);
  return state.auth;
}
