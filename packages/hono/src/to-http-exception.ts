import type { AnyAuthError, Guard } from '@verifier/core';
import { HTTPException } from 'hono/http-exception';

/**
 * Converts an error to the exception that carries the complete response, whatever error handler the application has.
 * Throw it: `some` of `hono/combine` takes a returned response for a success.
 */
export function toHttpException(guard: Guard, error: AnyAuthError): HTTPException {
  const { status, headers, body } = guard.challenge(error);
  const cause = guard.frameworkError(error);
  return new HTTPException(status, { res: new Response(body, { status, headers }), message: cause.message, cause });
}
