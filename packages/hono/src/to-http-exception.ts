import { type AnyAuthError, type Guard, toFetchResponse } from '@verifier/core';
import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { drainOnNode } from './drain-on-node.ts';
import { keepOnContext } from './keep-on-context.ts';

/**
 * Converts an error to the exception that carries the complete response. Its headers are on the response of an error
 * handler that makes another one, too.
 * Throw it: `some` of `hono/combine` takes a returned response for a success.
 */
export function toHttpException(c: Context, guard: Guard, error: AnyAuthError): HTTPException {
  const challenge = guard.challenge(error);
  const cause = guard.frameworkError(error);
  const res = toFetchResponse(challenge);
  const exception = new HTTPException(challenge.status, { res, message: cause.message, cause });
  drainOnNode(c);
  keepOnContext(c, exception, cause.headers ?? {});
  return exception;
}
