import type { ExecutionContext } from '@nestjs/common';
import { RpcAuthGuard } from '@verifier/nest/rpc';

/** Reads the token from the data of a message. Other transports have headers or metadata for it. */
export class MessageGuard extends RpcAuthGuard {
  override getToken(context: ExecutionContext): unknown {
    return context.switchToRpc().getData<{ token?: unknown } | undefined>()?.token;
  }
}
