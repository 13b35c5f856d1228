import { type AnyAuthError, type Guard, type Requirements, toFetchResponse } from '@verifier/core';
import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { drainOnNode } from './drain-on-node.ts';
import { keepOnContext } from './keep-on-context.ts';

/**
 * Converts an error to the exception that carries the complete response. Its headers are on the response of an error
 * handler that makes another one, too.
 * Throw it: `some` of `hono/combine` takes a returned response for a success.
 *
 * @param requirements - Those of the route guard; undefined if the route is not known yet.
 */
export function toHttpException(
  c: Context,
  guard: Guard,
  error: AnyAuthError,
  requirements?: Requirements,
): HTTPException {
  const challenge = guard.challenge(error, requirements);
  const cause = guard.frameworkError(error, undefined, requirements);
  const res = toFetchResponse(challenge);
  const exception = new HTTPException(challenge.status, { res, message: cause.message, cause });
  drainOnNode(c);
  keepOnContext(c, exception, cause.headers ?? {});
  return exception;
}
