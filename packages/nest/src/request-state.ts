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
const publicRoute: unique symbol = Symbol.for('@verifier/nest/public-route');

interface Stateful {
  [publicRoute]?: true;
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

/** Marks the request of a route that is declared public: no token of it was read. */
export function markPublic(request: object): void {
  const stateful: Stateful = request;
  stateful[publicRoute] = true;
}

/** Whether the route of a request is declared public. */
export function isPublicRequest(request: object): boolean {
  return Object.hasOwn(request, publicRoute);
}

/** How an accessor reads the token of a request. */
export interface AccessorOptions {
  /** The accessor, for the error. */
  readonly caller: string;
  /** Whether the accessor returns null if the request is anonymous. */
  readonly optional: boolean;
  /** Whether the route is declared public. */
  readonly isPublic: boolean;
}

/**
 * Returns the verified token of a granted request; null if `optional` is true and the request is anonymous or its route
 * public.
 *
 * @throws ConfigurationError if no guard authenticated the request.
 * @throws AuthException if the request is anonymous and `optional` is false.
 */
export function readState(
  state: RequestState | undefined,
  { caller, optional, isPublic }: AccessorOptions,
): VerifiedToken | null {
  if (state === undefined) {
    if (optional && isPublic) return null;
    throw new ConfigurationError(`${caller} found no authenticated request: ${reasonOf(caller, isPublic)}`);
  }
  const error = optional ? undefined : state.guard.authorize(state.auth);
  if (error !== undefined) throw state.toException(error);
  return state.auth;
}

function reasonOf(caller: string, isPublic: boolean): string {
  return isPublic
    ? 'the route is @Public(). Pass { optional: true } to get null there, or write @OktaAuth({ optional: true }) instead of @Public() to read the token of a request that has one'
    : `no OktaAuthGuard or BearerAuthGuard protects the route, or another guard called ${caller} before that guard ran. Write @OktaAuth(); register a global guard that reads the token in a module of its own, imported after the authentication module`;
}
