import { HttpException } from '@nestjs/common';
import type { AnyAuthError } from '@verifier/core';

/**
 * The exception of a denied request for exception filters (`onError: 'framework'`) and GraphQL resolvers: an
 * `HttpException` with the status and the body of the answer. The challenge is already set on the response; a filter need
 * not copy it. The message may be shown to the client.
 */
export class AuthException extends HttpException {
  /**
   * The error itself: `exception.cause.code` is the reason, `exception.cause.headers` are the headers of the answer.
   */
  declare readonly cause: AnyAuthError;

  constructor(error: AnyAuthError, body: Record<string, unknown>) {
    super(body, error.status, { cause: error });
    this.message = error.message;
  }
}
