import { type ExecutionContext, Injectable } from '@nestjs/common';
import type { HttpAdapterHost } from '@nestjs/core';
import { type AnyAuthError, type AuthResult, ConfigurationError, type Guard } from '@verifier/core';
import { toMessageDenial } from './message-denial.ts';
import { markMessageGuard } from './message-guards.ts';
import { moduleMissing, OktaAuthGuard } from './okta-auth-guard.ts';
import { attachState } from './request-state.ts';
import { requestWithToken } from './request-with-token.ts';
import { ruleOf } from './route-rule.ts';
import { RpcAuthException } from './rpc-auth-exception.ts';

/**
 * Guards the messages and events of microservices, on every transport: extend it with a `getToken`, and name your class in
 * `@UseGuards` on the controller. `@Public()`, `@RequireScope` and the other decorators work as on routes, and `@Auth()`
 * and `getAuth(context)` return the token.
 *
 * A denied message fails with an `RpcAuthException`, whose data has the status, the error and the description of an HTTP
 * answer; on gRPC with UNAUTHENTICATED, PERMISSION_DENIED, INVALID_ARGUMENT or UNAVAILABLE. A denied event does not reach its
 * handler. A stream is authenticated when it starts.
 *
 * The guard of the module reaches messages only in an application without HTTP: a hybrid application ignores it, unless
 * `connectMicroservice` got `inheritAppConfig`.
 *
 * @example
 * ```ts
 * import { Controller, type ExecutionContext, UseGuards } from '@nestjs/common';
 * import { MessagePattern } from '@nestjs/microservices';
 * import { Auth, RequireScope } from '@verifier/nest';
 * import { RpcAuthGuard } from '@verifier/nest/rpc';
 *
 * class MessageGuard extends RpcAuthGuard {
 *   override getToken(context: ExecutionContext) { return context.switchToRpc().getData<{ token?: string } | undefined>()?.token; }
 * }
 *
 * export @UseGuards(MessageGuard) @Controller() class OrdersController { @RequireScope('orders:read') @MessagePattern('orders') list(@Auth('subject') subject: string) { return [subject]; } }
 * ```
 */
export abstract class RpcAuthGuard extends OktaAuthGuard {
  readonly #guard: Guard;

  constructor(guard: Guard | undefined, host: HttpAdapterHost) {
    if (guard === undefined) throw moduleMissing();
    super(guard, host);
    this.#guard = guard;
    if (typeof this.getToken !== 'function') throw tokenSourceMissing();
  }

  /**
   * Returns the token of a message, which each transport carries elsewhere: in the data, in headers, in metadata. Called
   * for each message, with data that any client may have sent.
   *
   * @returns The token without `Bearer`; undefined if there is none. Anything but text is refused as malformed.
   */
  abstract getToken(context: ExecutionContext): unknown;

  /** Authenticates a message. Does not return a promise for a cached token unless `validate` or `getToken` returns one. */
  override authenticate(context: ExecutionContext): AuthResult | Promise<AuthResult> {
    if (context.getType() !== 'rpc') return super.authenticate(context);
    const rule = ruleOf(context.getHandler(), context.getClass());
    if (rule === 'public') return { ok: true, auth: null, headers: {} };
    const requirements = rule === 'token' ? undefined : rule;
    const accept = (result: AuthResult): AuthResult => this.#attachMessage(context, result);
    const token = this.getToken(context);
    const result =
      token instanceof Promise
        ? token.then((settled) => this.#guard.authenticate(requestWithToken(settled), requirements))
        : this.#guard.authenticate(requestWithToken(token), requirements);
    return result instanceof Promise ? result.then(accept) : accept(result);
  }

  /** Throws the exception of a denied message. */
  override answerError(context: ExecutionContext, error: AnyAuthError): Promise<boolean> {
    if (context.getType() !== 'rpc') return super.answerError(context, error);
    throw this.#toRpcException(error);
  }

  #attachMessage(context: ExecutionContext, result: AuthResult): AuthResult {
    // The context of a transport: a new object for each message.
    const message: unknown = context.switchToRpc().getContext();
    if (!result.ok || typeof message !== 'object' || message === null) return result;
    const toException = (error: AnyAuthError): Error => this.#toRpcException(error);
    attachState(message, { guard: this.#guard, auth: result.auth, context, toException });
    return result;
  }

  #toRpcException(error: AnyAuthError): RpcAuthException {
    return new RpcAuthException(error, toMessageDenial(this.#guard, error));
  }
}

markMessageGuard(RpcAuthGuard, 'rpc');

Injectable()(RpcAuthGuard);

function tokenSourceMissing(): ConfigurationError {
  return new ConfigurationError(
    'RpcAuthGuard cannot know where a message carries its token: name a class in @UseGuards that extends it with getToken(context)',
  );
}
