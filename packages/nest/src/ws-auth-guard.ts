import { type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { ApplicationConfig, type HttpAdapterHost } from '@nestjs/core';
import {
  type AnyAuthError,
  type AuthResult,
  fromNodeRequest,
  type Guard,
  type RequestLike,
  type Requirements,
  type VerifiedToken,
  validatePolicy,
} from '@verifier/core';
import { toMessageDenial } from './message-denial.ts';
import { markMessageGuard } from './message-guards.ts';
import { moduleMissing, OktaAuthGuard } from './okta-auth-guard.ts';
import { attachHandlerState, attachState, type RequestState } from './request-state.ts';
import { requestWithToken } from './request-with-token.ts';
import { ruleOf } from './route-rule.ts';
import { WsAuthException } from './ws-auth-exception.ts';
import { closeClient, isOpen, relayDenial } from './ws-client.ts';
import { connectionOf, observeConnections, type WsConnection, type WsHandshake } from './ws-connections.ts';
import { authenticateServer } from './ws-servers.ts';

// In seconds. A connection that only receives is verified again when its token expires, and at least this often.
const verificationInterval = 60;
// Also without credentials: the requirements of each message decide about it.
const anyRequest: Requirements = Object.freeze({ optional: true });

/**
 * Guards the messages of gateways: `@UseGuards(WsAuthGuard)` on the gateway, with `ws` and with socket.io. Authenticates
 * each message by the `Authorization` header of the upgrade request, or by the token that {@link WsAuthGuard.getToken}
 * returns, before the handler runs. `@Public()`, `@RequireScope` and the other decorators work as on routes, and `@Auth()`
 * and `getAuth(client)` return the token.
 *
 * A denied message is answered with the event `exception`. If the token was refused, or is absent, the connection is closed
 * with 4401 (4400 for malformed credentials): it can never have another token. A missing scope (403) and unavailable keys
 * (503) leave it open.
 *
 * Every message verifies the token again, from the token cache: it is denied after the expiry, and after its key was
 * removed. An open connection that had a message granted is verified without messages too: at the expiry of its token, and
 * every 60 seconds.
 *
 * @example
 * ```ts
 * import { UseGuards } from '@nestjs/common';
 * import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
 * import { Auth, RequireScope } from '@verifier/nest';
 * import { WsAuthGuard } from '@verifier/nest/ws';
 *
 * export @UseGuards(WsAuthGuard) @WebSocketGateway() class OrdersGateway { @RequireScope('orders:read') @SubscribeMessage('orders') list(@Auth('subject') subject: string) { return { event: 'orders', data: subject }; } }
 * ```
 */
export class WsAuthGuard extends OktaAuthGuard {
  readonly #guard: Guard;
  readonly #pending: WeakMap<WsConnection, Promise<AuthResult>> = new WeakMap();

  constructor(guard: Guard | undefined, host: HttpAdapterHost, config: ApplicationConfig) {
    if (guard === undefined) throw moduleMissing();
    super(guard, host);
    this.#guard = guard;
    observeConnections(config);
  }

  /**
   * Override it to read the token from elsewhere than the `Authorization` header: from a subprotocol, with
   * {@link readSubprotocolToken}; from the `auth` of socket.io; from a ticket. Called once for each connection.
   *
   * @returns The token without `Bearer`; undefined if there is none. Anything but text is refused as malformed.
   *
   * @example
   * ```ts
   * import { WsAuthGuard, type WsHandshake } from '@verifier/nest/ws';
   *
   * // The client: io(url, { auth: { token } })
   * export class SocketGuard extends WsAuthGuard {
   *   override getToken({ auth }: WsHandshake) { return auth['token']; }
   * }
   * ```
   */
  getToken?(handshake: WsHandshake): unknown;

  /** Authenticates a message. Does not return a promise for a cached token unless `validate` returns one. */
  override authenticate(context: ExecutionContext): AuthResult | Promise<AuthResult> {
    if (context.getType() !== 'ws') return super.authenticate(context);
    const rule = ruleOf(context.getHandler(), context.getClass());
    if (rule === 'public') return { ok: true, auth: null, headers: {} };
    const client = context.switchToWs().getClient<object>();
    const accept = (result: AuthResult): AuthResult => {
      if (result.ok) attachHandlerState(client, context, this.#accept(client, context, result.auth));
      return result;
    };
    const result = this.#authenticate(client, rule === 'token' ? undefined : rule);
    return result instanceof Promise ? result.then(accept) : accept(result);
  }

  /** Throws the exception of a denied message, and closes the connection if its token was refused. */
  override answerError(context: ExecutionContext, error: AnyAuthError): Promise<boolean> {
    if (context.getType() !== 'ws') return super.answerError(context, error);
    throw this.#deny(context.switchToWs().getClient<object>(), error);
  }

  /**
   * Authenticates the connections of a server before their clients exist, for all gateways that share it. For gateways that
   * send before they receive: guards run for messages only. `getAuth(client)` then returns the token in `handleConnection`.
   *
   * A server of `ws` answers a denied upgrade request with the status, the challenge and the body of any HTTP answer; one
   * of socket.io with `connect_error`, whose `data` is a {@link MessageDenial}.
   *
   * @param server - The server or namespace that `afterInit` receives.
   * @param requirements - The requirements of each connection. Without them, it must have a valid token.
   * @throws ConfigurationError if the server is of another library, has a `verifyClient` of its own, or if the
   * requirements are wrong.
   *
   * @example
   * ```ts
   * import { Inject } from '@nestjs/common';
   * import { type OnGatewayInit, WebSocketGateway } from '@nestjs/websockets';
   * import { WsAuthGuard } from '@verifier/nest/ws';
   *
   * export @WebSocketGateway() class PricesGateway implements OnGatewayInit {
   *   readonly guard: WsAuthGuard;
   *   constructor(@Inject(WsAuthGuard) guard: WsAuthGuard) { this.guard = guard; }
   *   afterInit(server: object) { this.guard.authenticateConnections(server, { scope: 'prices:read' }); }
   * }
   * ```
   */
  authenticateConnections(server: object, requirements?: Requirements): void {
    if (requirements !== undefined) validatePolicy(requirements, this.#guard.verifier, 'authenticateConnections');
    const authenticate = async (source: object): Promise<AuthResult> => {
      const result = await this.#authenticate(source, requirements);
      if (result.ok) this.#acceptConnection(source, result.auth);
      return result;
    };
    authenticateServer(server, this.#guard, authenticate, requirements);
  }

  /** @param source - The client, or its upgrade request. */
  #authenticate(source: object, requirements?: Requirements): AuthResult | Promise<AuthResult> {
    const result = this.#verify(source);
    if (!(result instanceof Promise)) return this.#authorize(result, requirements);
    return result.then((settled) => this.#authorize(settled, requirements));
  }

  // Shared by the messages that arrive meanwhile: a message is much shorter than the work of a signature.
  #verify(source: object): AuthResult | Promise<AuthResult> {
    const connection = connectionOf(source);
    // Until the client answers the close frame, its messages still arrive.
    if (connection.closedBy !== undefined) return { ok: false, error: connection.closedBy };
    const pending = this.#pending.get(connection);
    if (pending !== undefined) return pending;
    const request = this.#requestOf(source);
    const result =
      request instanceof Promise
        ? request.then((settled) => this.#guard.authenticate(settled, anyRequest))
        : this.#guard.authenticate(request, anyRequest);
    if (!(result instanceof Promise)) return result;
    const forget = (): unknown => this.#pending.delete(connection);
    result.then(forget, forget);
    this.#pending.set(connection, result);
    return result;
  }

  #authorize(result: AuthResult, requirements: Requirements | undefined): AuthResult | Promise<AuthResult> {
    if (!result.ok) return result;
    // Whether anonymous access is granted depends on the verifier, too.
    if (result.auth === null) return this.#guard.authenticate(requestWithToken(undefined), requirements);
    const error = this.#guard.authorize(result.auth, requirements);
    return error === undefined ? result : { ok: false, error };
  }

  #requestOf(source: object): RequestLike | Promise<RequestLike> {
    const { handshake, requests } = connectionOf(source);
    // By class: each module that names a guard has its own instance of it.
    const reader = this.getToken === undefined ? undefined : this.constructor;
    const known = requests.get(reader);
    if (known !== undefined) return known;
    const toRequest = (token: unknown): RequestLike => {
      const request = requestWithToken(token, fromNodeRequest(handshake.request));
      requests.set(reader, request);
      return request;
    };
    const token = this.getToken?.(handshake);
    if (!(token instanceof Promise)) return toRequest(token);
    const pending = token.then(toRequest, (error: unknown) => {
      requests.delete(reader);
      throw error;
    });
    requests.set(reader, pending);
    return pending;
  }

  #acceptConnection(source: object, auth: VerifiedToken | null): void {
    const connection = connectionOf(source);
    const accept = (client: object): void => attachState(client, this.#accept(client, client, auth));
    // `ws` creates the client after its upgrade request was accepted.
    if (source === connection.handshake.request) connection.accept = accept;
    else accept(source);
  }

  #accept(client: object, context: object, auth: VerifiedToken | null): RequestState {
    if (auth !== null) this.#scheduleVerification(client, auth.expiresAt);
    const toException = (error: AnyAuthError): Error => this.#deny(client, error);
    return { guard: this.#guard, auth, context, toException };
  }

  #deny(client: object, error: AnyAuthError): WsAuthException {
    if (closesConnection(error)) this.#closeAfterAnswer(client, error);
    const denial = toMessageDenial(this.#guard, error);
    relayDenial(client, denial);
    return new WsAuthException(error, denial);
  }

  #closeAfterAnswer(client: object, error: AnyAuthError): void {
    const connection = connectionOf(client);
    if (connection.closedBy !== undefined) return;
    connection.closedBy = error;
    // After the event `exception`, which Nest sends in this turn of the event loop.
    setImmediate(() => this.#close(client, error));
  }

  #close(client: object, error: AnyAuthError): void {
    connectionOf(client).closedBy ??= error;
    closeClient(client, closeCodeOf(error), toMessageDenial(this.#guard, error).error);
  }

  #scheduleVerification(client: object, expiresAt: number): void {
    const connection = connectionOf(client);
    if (connection.timer !== undefined) return;
    const remaining = Math.max(1, expiresAt - Date.now() / 1000);
    const verify = (): void => {
      connection.timer = undefined;
      if (isOpen(client)) void this.#verifyAgain(client, expiresAt);
    };
    connection.timer = setTimeout(verify, Math.min(remaining, verificationInterval) * 1000).unref();
  }

  async #verifyAgain(client: object, expiresAt: number): Promise<void> {
    try {
      const result = await this.#authenticate(client);
      if (!result.ok && closesConnection(result.error)) return this.#close(client, result.error);
    } catch {
      // `validate` or `getToken` of the application threw. The next message meets the same error and reports it.
    }
    this.#scheduleVerification(client, expiresAt);
  }
}

markMessageGuard(WsAuthGuard, 'ws');

Injectable()(WsAuthGuard);
Inject(ApplicationConfig)(WsAuthGuard, undefined, 2);

// The token of a connection is refused or absent, and cannot be exchanged. One of a weaker login is good for other messages.
function closesConnection({ status, code }: AnyAuthError): boolean {
  return (status === 400 || status === 401) && code !== 'ERR_AUTHENTICATION_INSUFFICIENT';
}

// Codes from 4000 to 4999 are for applications.
function closeCodeOf({ status }: AnyAuthError): number {
  return 4000 + status;
}
