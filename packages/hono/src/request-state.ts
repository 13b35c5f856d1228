import { ConfigurationError, type Guard, type VerifiedToken } from '@verifier/core';
import type { Context } from 'hono';

/** The result of the middleware, for the route guards and accessors that come after it. */
export interface RequestState {
  readonly guard: Guard;
  /** Null for an anonymous request. */
  readonly auth: VerifiedToken | null;
}

// A registered symbol: a middleware and a route guard from two copies of this package share it.
const requestState: unique symbol = Symbol.for('@verifier/hono/request-state');

interface Stateful {
  [requestState]?: RequestState;
}

/** Attaches the result: as `c.var.auth` for the application, and under a symbol that no other library overwrites. */
export function attachState(c: Context, state: RequestState): void {
  const stateful: Context & Stateful = c;
  stateful[requestState] = state;
  c.set('auth', state.auth);
}

/** Returns the state that the middleware attached; undefined if none ran. */
export function findState(c: Context): RequestState | undefined {
  const stateful: Context & Stateful = c;
  return Object.hasOwn(stateful, requestState) ? stateful[requestState] : undefined;
}

/** The error of a route guard or an accessor that runs before any middleware. */
export function middlewareMissing(caller: string): ConfigurationError {
  return new ConfigurationError(
    `${caller} found no authenticated request: mount oktaAuth() or bearerAuth() with app.use() before this route`,
  );
}
