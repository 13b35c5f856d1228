import { HttpException } from '@nestjs/common';
import type { AnyAuthError } from '@verifier/core';

/**
 * What exception filters get with `onError: 'framework'`, and what GraphQL resolvers fail with: an `HttpException` with
 * the status and the body of the answer. Its challenge is on the response already, so that a filter need not copy it.
 * Its message is what the client may be told.
 */
export class AuthException extends HttpException {
  /**
   * The error itself: `exception.cause.code` says why the request was refused, `exception.cause.headers` what goes with
   * it.
   */
  declare readonly cause: AnyAuthError;

  constructor(error: AnyAuthError, body: Record<string, unknown>) {
    super(body, error.status, { cause: error });
    this.message = error.message;
  }
}
