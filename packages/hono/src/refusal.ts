import type { AnyAuthError, Guard } from '@verifier/core';
import type { TypedResponse } from 'hono';
import { HTTPException } from 'hono/http-exception';

interface ErrorNames {
  readonly 400: 'invalid_request';
  readonly 401: 'unauthorized' | 'invalid_token';
  readonly 403: 'insufficient_scope';
  readonly 503: 'temporarily_unavailable';
}

/**
 * The answer to a refused request as a type, so that a client made with `hc` knows of it: one member for each status.
 * It shows where a guard stands in the route itself, as in `app.get('/', requireScope('read'), handler)`.
 */
export type Refusal<TStatus extends keyof ErrorNames = keyof ErrorNames> = TStatus extends keyof ErrorNames
  ? Response & TypedResponse<{ error: ErrorNames[TStatus]; error_description: string }, TStatus, 'json'>
  : never;

/**
 * Makes the exception that a refused request is left with: the answer is ready in it, whichever error handler there is.
 * Thrown, not returned, because `some` of `hono/combine` takes whatever is returned for a success.
 */
export function refusal(guard: Guard, error: AnyAuthError): HTTPException {
  const { status, headers, body } = guard.challenge(error);
  const cause = guard.frameworkError(error);
  return new HTTPException(status, { res: new Response(body, { status, headers }), message: cause.message, cause });
}
