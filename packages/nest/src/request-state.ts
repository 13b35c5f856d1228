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

interface Stateful {
  [requestState]?: RequestState;
  auth?: VerifiedToken | null;
}

/** Attaches the result: as `request.auth` for the application, and under a symbol that no other library overwrites. */
export function attachState(request: object, state: RequestState): void {
  const stateful: Stateful = request;
  stateful[requestState] = state;
  stateful.auth = state.auth;
}

/** Returns the state that the guard attached; undefined if none ran. */
export function findState(request: unknown): RequestState | undefined {
  if (typeof request !== 'object' || request === null || !Object.hasOwn(request, requestState)) return undefined;
  return (request as Stateful)[requestState];
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
