import { WsException } from '@nestjs/websockets';
import type { AnyAuthError } from '@verifier/core';
import type { MessageDenial } from './message-denial.ts';

/**
 * The exception of a denied message, for exception filters of gateways. Nest sends its data to the client as the event
 * `exception`.
 */
export class WsAuthException extends WsException {
  /** The error itself: `exception.cause.code` is the reason. */
  declare readonly cause: AnyAuthError;

  constructor(error: AnyAuthError, denial: MessageDenial) {
    super(denial);
    Object.defineProperty(this, 'cause', { value: error });
  }
}
