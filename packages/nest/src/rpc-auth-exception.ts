import { RpcException } from '@nestjs/microservices';
import type { AnyAuthError } from '@verifier/core';
import type { MessageDenial } from './message-denial.ts';

/** The data of a denied message of a microservice. */
export interface RpcDenial extends MessageDenial {
  /** The status of gRPC, which sends it as the status of the call; other transports as data. */
  readonly code: number;
}

// INVALID_ARGUMENT, UNAUTHENTICATED, PERMISSION_DENIED and UNAVAILABLE of gRPC.
const grpcCodes: Readonly<Record<AnyAuthError['status'], number>> = { 400: 3, 401: 16, 403: 7, 503: 14 };

/**
 * The exception of a denied message, for exception filters of microservices. Nest sends its data, an {@link RpcDenial}, to
 * the caller.
 */
export class RpcAuthException extends RpcException {
  /** The error itself: `exception.cause.code` is the reason. */
  declare readonly cause: AnyAuthError;

  constructor(error: AnyAuthError, denial: MessageDenial) {
    const data: RpcDenial = { ...denial, code: grpcCodes[error.status] };
    super(data);
    Object.defineProperty(this, 'cause', { value: error });
  }
}
