import { type AnyAuthError, ConfigurationError, type Guard, type VerifiedToken } from '@verifier/core';

/** What the guard found out about a request, for the accessors that come after it. */
export interface RequestState {
  readonly guard: Guard;
  /** Null for an anonymous request. */
  readonly auth: VerifiedToken | null;
  /** What the request was judged for; the resolvers of one GraphQL request have a context each. */
  readonly context: object;
  /** What to throw where the request is refused after all; its headers are on the response already. */
  toException(error: AnyAuthError): Error;
}

// A registered symbol, so that a guard and an accessor from two copies of this package find each other. What a client
// sends never has a property of that name.
const requestState: unique symbol = Symbol.for('@verifier/nest/request-state');

interface Stateful {
  [requestState]?: RequestState;
  auth?: VerifiedToken | null;
}

/** Attaches the result: `request.auth` for the application, and a hidden copy that no other library overwrites. */
export function attachState(request: object, state: RequestState): void {
  const stateful: Stateful = request;
  stateful[requestState] = state;
  stateful.auth = state.auth;
}

/** What the guard attached to a request; undefined where none ran. */
export function findState(request: unknown): RequestState | undefined {
  return typeof request === 'object' && request !== null ? (request as Stateful)[requestState] : undefined;
}

/**
 * The verified token of a request that was let through; null for an anonymous one, where that is expected.
 *
 * @throws ConfigurationError where no guard authenticated the request.
 * @throws AuthException where the request is anonymous, and that is not expected.
 */
export function readState(state: RequestState | undefined, caller: string, optional: boolean): VerifiedToken | null {
  if (state === undefined) {
    throw new ConfigurationError(
      `${caller} found no authenticated request: the route is @Public(), or no OktaAuthGuard protects it. Write @OktaAuth(), or @OktaAuth({ optional: true }) where anonymous requests may pass`,
    );
  }
  const error = optional ? undefined : state.guard.authorize(state.auth, {});
  if (error !== undefined) throw state.toException(error);
  return state.auth;
}
