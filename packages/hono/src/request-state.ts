import { ConfigurationError, type Guard, type VerifiedToken } from '@verifier/core';
import type { Context } from 'hono';

/** What the middleware found out about a request, for the route guards and accessors that come after it. */
export interface RequestState {
  readonly guard: Guard;
  /** Null for an anonymous request. */
  readonly auth: VerifiedToken | null;
}

// A registered symbol, so that the middleware and a route guard from two copies of this package find each other.
const requestState: unique symbol = Symbol.for('@verifier/hono/request-state');

interface Stateful {
  [requestState]?: RequestState;
}

/** Attaches the result: `c.var.auth` for the application, and a hidden copy that no other library overwrites. */
export function attachState(c: Context, state: RequestState): void {
  const stateful: Context & Stateful = c;
  stateful[requestState] = state;
  c.set('auth', state.auth);
}

/** What the middleware attached; undefined where none ran. */
export function findState(c: Context): RequestState | undefined {
  const stateful: Context & Stateful = c;
  return stateful[requestState];
}

/** Says what to do where a route guard or an accessor comes before any middleware. */
export function middlewareMissing(caller: string): ConfigurationError {
  return new ConfigurationError(
    `${caller} found no authenticated request: mount oktaAuth() or bearerAuth() with app.use() before this route`,
  );
}
