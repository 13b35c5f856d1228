import type { IncomingMessage } from 'node:http';
import { ConfigurationError, type Guard, type VerifiedToken } from '@verifier/core';

/** The result of the middleware, for the route guards and accessors that come after it. */
export interface RequestState {
  readonly guard: Guard;
  /** Null for an anonymous request. */
  readonly auth: VerifiedToken | null;
}

// A registered symbol: a middleware and a route guard from two copies of this package share it.
const requestState: unique symbol = Symbol.for('@verifier/express/request-state');

interface StatefulRequest extends IncomingMessage {
  [requestState]?: RequestState;
  auth?: VerifiedToken | null;
}

/** Attaches the result: as `req.auth` for the application, and under a symbol that no other library overwrites. */
export function attachState(req: StatefulRequest, state: RequestState): void {
  req[requestState] = state;
  req.auth = state.auth;
}

/** Returns the state that the middleware attached; undefined if none ran. */
export function findState(req: StatefulRequest): RequestState | undefined {
  return Object.hasOwn(req, requestState) ? req[requestState] : undefined;
}

/** The error of a route guard or an accessor that runs before any middleware. */
export function middlewareMissing(caller: string): ConfigurationError {
  return new ConfigurationError(
    `${caller} found no authenticated request: mount oktaAuth() or bearerAuth() with app.use() before this route`,
  );
}
