import type { TypedResponse } from 'hono';

interface ErrorNames {
  readonly 400: 'invalid_request';
  readonly 401: 'unauthorized' | 'invalid_token' | 'insufficient_user_authentication';
  readonly 403: 'insufficient_scope';
  readonly 503: 'temporarily_unavailable';
}

/**
 * The type of the response to a denied request, for clients made with `hc`: one member for each status. It is part of the
 * type of a route that has its guards in the route itself, as in `app.get('/', requireScope('read'), handler)`.
 */
export type DeniedResponse<TStatus extends keyof ErrorNames = keyof ErrorNames> = TStatus extends keyof ErrorNames
  ? Response & TypedResponse<{ error: ErrorNames[TStatus]; error_description: string }, TStatus, 'json'>
  : never;
