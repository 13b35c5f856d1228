import { HttpException } from '@nestjs/common';
import type { AnyAuthError } from '@verifier/core';

/**
 * The exception of a denied request for exception filters (`onError: 'framework'`) and GraphQL resolvers: an
 * `HttpException` with the status and the body of the answer. A filter need not copy the challenge: it is added to the
 * response when that is written, unless it is a success. The message may be shown to the client.
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
