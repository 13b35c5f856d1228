import { type CanActivate, type ExecutionContext, Inject, Injectable, Optional } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import {
  type AnyAuthError,
  type AuthResult,
  type Challenge,
  ConfigurationError,
  drainBeforeEnd,
  drainRequest,
  type Guard,
  keepChallengeOnWrite,
  type Requirements,
  setChallengeHeaders,
  type Verifier,
} from '@verifier/core';
import { AuthException } from './auth-exception.ts';
import { concealFaults } from './conceal-faults.ts';
import type { GuardFinder } from './guard-finder.ts';
import { isLeftToMessageGuard } from './message-guards.ts';
import type { PlatformRequest } from './platform-request.ts';
import { headersOf, toNodeResponse } from './platform-response.ts';
import { attachHandlerState, attachState, findState, markPublic } from './request-state.ts';
import { isSameRoute } from './route-context.ts';
import { ruleOf } from './route-rule.ts';
import { rawOf, toRequestLike } from './to-request-like.ts';
import { guardMark } from './written-rule.ts';

/** The injection token of the guard of core. */
export const guardToken: unique symbol = Symbol.for('@verifier/nest/guard');

/** The injection token of the function that finds the guard of the module. */
export const guardFinderToken: unique symbol = Symbol.for('@verifier/nest/guard-finder');

const noHeaders = Object.freeze({});
const anonymous: AuthResult = Object.freeze({ ok: true, auth: null, headers: noHeaders });

/**
 * Authenticates requests by an access token; requests without a valid token are answered here and do not reach the route.
 * Runs for every route if `OktaAuthModule` is imported. With `global: false`, it runs for routes with
 * `@UseGuards(OktaAuthGuard)` or a decorator such as `@OktaAuth()`.
 *
 * Checked: the signature, with the keys that the issuer publishes; `iss`, `aud`, `exp`, `nbf`; that the token is an access
 * token, not bound to a key; and the requirements of decorators such as `@RequireScope`. Not checked: other scopes, and
 * whether the token was revoked. A context that is neither HTTP nor, with `GqlAuthGuard`, GraphQL is denied with a
 * ConfigurationError, unless `@UseGuards` names a guard for its messages: `WsAuthGuard` or `RpcAuthGuard`.
 *
 * `@UseGuards(OktaAuthGuard)` applies the class of the option `guard`, like the decorators.
 *
 * @example
 * ```ts
 * import { Controller, Get, UseGuards } from '@nestjs/common';
 * import { OktaAuthGuard } from '@verifier/nest';
 *
 * // Only needed with `global: false`: by default the module guards every route.
 * export @UseGuards(OktaAuthGuard) @Controller('orders') class OrdersController { @Get() list() { return []; } }
 * ```
 */
export class OktaAuthGuard implements CanActivate {
  readonly #guard: Guard;
  readonly #host: HttpAdapterHost;
  readonly #findGuard: GuardFinder | undefined;

  constructor(guard: Guard | undefined, host: HttpAdapterHost, findGuard?: GuardFinder) {
    if (guard === undefined) throw moduleMissing();
    this.#guard = guard;
    this.#host = host;
    // For @UseGuards(OktaAuthGuard), Nest creates an instance of this very class, also if the module provides another one.
    this.#findGuard = new.target === OktaAuthGuard ? findGuard : undefined;
  }

  /** The verifier, for tokens that no guard receives. */
  get verifier(): Verifier {
    return this.#guard.verifier;
  }

  /**
   * Authenticates the request of a context, and answers it if access is denied. Does not return a promise for a cached token
   * unless `validate` returns one.
   */
  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const guard = this.#findGuard?.(context) ?? this;
    if (guard instanceof Promise) return guard.then((found) => found.canActivate(context));
    return guard === this ? this.#activate(context) : guard.canActivate(context);
  }

  /**
   * Authenticates the request of a context, and neither answers nor throws if access is denied. For a guard of your own that
   * accepts other credentials as well: a denied request leaves nothing on the response, and {@link OktaAuthGuard.answerError}
   * answers it if the other credentials are denied too. The token of a denied request is null for `@Auth({ optional: true })`.
   *
   * @example
   * ```ts
   * import { type ExecutionContext, Injectable } from '@nestjs/common';
   * import { OktaAuthGuard } from '@verifier/nest';
   *
   * // OktaAuthModule.forRoot({ guard: TokenOrKeyGuard })
   * export @Injectable() class TokenOrKeyGuard extends OktaAuthGuard {
   *   override async canActivate(context: ExecutionContext): Promise<boolean> {
   *     const result = await this.authenticate(context);
   *     const { headers } = context.switchToHttp().getRequest();
   *     return result.ok || headers['x-api-key'] === process.env['API_KEY'] || this.answerError(context, result.error);
   *   }
   * }
   * ```
   */
  authenticate(context: ExecutionContext): AuthResult | Promise<AuthResult> {
    const rule = ruleOf(context.getHandler(), context.getClass());
    // Nest runs the guard for messages next, or has run it: also for a subclass that calls this method in `canActivate`.
    if (isLeftToMessageGuard(this, context)) return anonymous;
    if (rule === 'public') {
      if (context.getType() === 'http') markPublic(this.getRequest(context));
      return anonymous;
    }
    const request = this.getRequest(context);
    const state = findState(request);
    // All guards of one route get the same context: a second one for the same verifier has nothing to add.
    if (state?.guard === this.#guard && state.isDenied !== true && isSameRoute(state.context, context)) {
      return state.auth === null ? anonymous : { ok: true, auth: state.auth, headers: noHeaders };
    }
    const result = this.#guard.authenticate(toRequestLike(request), rule === 'token' ? undefined : rule);
    // The result for a cached token is not a promise: the request continues in the same turn of the event loop.
    if (result instanceof Promise) return result.then((settled) => this.#attach(context, request, settled));
    return this.#attach(context, request, result);
  }

  /**
   * Answers a request that {@link OktaAuthGuard.authenticate} denied, as `onError` says: writes the answer, and never
   * settles; or throws an {@link AuthException}, also in a GraphQL resolver.
   */
  answerError(context: ExecutionContext, error: AnyAuthError): Promise<boolean> {
    if (this.#guard.onError === 'framework' || context.getType() !== 'http') throw this.toException(context, error);
    const response = this.getResponse(context);
    const drained = drainRequest(Object(rawOf(context.switchToHttp().getRequest())), Object(rawOf(response)));
    const challenge = this.#guard.challenge(error, requirementsOf(context));
    if (drained === undefined) this.#respond(response, challenge);
    else void drained.then(() => this.#respond(response, challenge));
    // The response is sent. Settling would open the route, or make a filter respond again.
    return new Promise(() => undefined);
  }

  /**
   * Returns the request of a context. Override it for a kind of context that this guard does not support.
   *
   * @throws ConfigurationError for everything but HTTP, so that no other context is let through.
   */
  getRequest(context: ExecutionContext): PlatformRequest {
    if (context.getType() === 'http') return context.switchToHttp().getRequest<PlatformRequest>();
    throw contextUnknown(context.getType<string>());
  }

  /** Returns the response that receives headers; undefined if the context has none. */
  protected getResponse(context: ExecutionContext): unknown {
    return context.getType() === 'http' ? context.switchToHttp().getResponse<unknown>() : undefined;
  }

  /**
   * Returns the exception for a denied request that Nest answers. The response gets the headers of that answer when it is
   * written, unless it is a success; that of a GraphQL operation, whose status says nothing, gets them at once.
   */
  protected toException(context: ExecutionContext, error: AnyAuthError): AuthException {
    const { body } = this.#guard.challenge(error);
    const isHttp = context.getType() === 'http';
    const node = isHttp ? toNodeResponse(this.getResponse(context)) : undefined;
    if (isHttp) drainBeforeEnd(Object(rawOf(this.getRequest(context))), Object(node));
    const withHeaders = this.#guard.frameworkError(error, node, requirementsOf(context));
    if (!isHttp) this.#addHeaders(context, withHeaders.headers);
    return new AuthException(withHeaders, JSON.parse(body));
  }

  #activate(context: ExecutionContext): boolean | Promise<boolean> {
    const conclude = (result: AuthResult): boolean | Promise<boolean> =>
      result.ok || this.answerError(context, result.error);
    return concealFaults(context, () => {
      const result = this.authenticate(context);
      return result instanceof Promise ? result.then(conclude) : conclude(result);
    });
  }

  #attach(context: ExecutionContext, request: PlatformRequest, result: AuthResult): AuthResult {
    const toException = (error: AnyAuthError): Error => this.toException(context, error);
    const state = { guard: this.#guard, context, toException };
    if (result.ok) {
      const accepted = { ...state, auth: result.auth };
      if (context.getType() === 'http') attachState(request, accepted);
      else attachHandlerState(request, context, accepted);
      this.#addHeaders(context, result.headers);
      return result;
    }
    // A token that another guard accepted stays.
    const known = findState(request);
    if (known === undefined || known.isDenied === true) attachState(request, { ...state, auth: null, isDenied: true });
    return result;
  }

  #respond(response: unknown, { status, headers, body }: Challenge): void {
    // If something else, such as a time-out, responded meanwhile, the route stays closed and that response is kept.
    if (this.#host.httpAdapter.isHeadersSent(response)) return;
    const node = toNodeResponse(response);
    const target = headersOf(response);
    if (target !== undefined) setChallengeHeaders(target, headers);
    // Also replaces the headers that the application adds when the response is written.
    if (node !== undefined) keepChallengeOnWrite(node, headers);
    this.#host.httpAdapter.reply(response, body, status);
  }

  #addHeaders(context: ExecutionContext, headers: Readonly<Record<string, string>> = {}): void {
    const entries = Object.entries(headers);
    if (entries.length === 0) return;
    const response = this.getResponse(context);
    const { httpAdapter } = this.#host;
    if (response === undefined || httpAdapter.isHeadersSent(response)) return;
    for (const [name, value] of entries) httpAdapter.setHeader(response, name, value);
  }
}

Object.defineProperty(OktaAuthGuard, guardMark, { value: true });

// Decorators as calls: the package then needs no decorator syntax, and its users no `emitDecoratorMetadata`.
Injectable()(OktaAuthGuard);
Optional()(OktaAuthGuard, undefined, 0);
Inject(guardToken)(OktaAuthGuard, undefined, 0);
Inject(HttpAdapterHost)(OktaAuthGuard, undefined, 1);
Optional()(OktaAuthGuard, undefined, 2);
Inject(guardFinderToken)(OktaAuthGuard, undefined, 2);

// The challenge of a resource names the scopes of its route.
function requirementsOf(context: ExecutionContext): Requirements | undefined {
  const rule = ruleOf(context.getHandler(), context.getClass());
  return typeof rule === 'string' ? undefined : rule;
}

/** The error of a guard in a module that does not import the authentication module. */
export function moduleMissing(): ConfigurationError {
  return new ConfigurationError(
    'OktaAuthGuard found no OktaAuthModule: add OktaAuthModule.forRoot({ issuer, audience }), or BearerAuthModule.forRoot, to the imports of the root module; with global: false, to those of each module that uses the guard',
  );
}

function contextUnknown(type: string): ConfigurationError {
  const fixes: Readonly<Record<string, string>> = {
    graphql: 'use GqlAuthGuard of @verifier/nest/graphql, by OktaAuthModule.forRoot({ guard: GqlAuthGuard })',
    ws: 'write @UseGuards(WsAuthGuard), of @verifier/nest/ws, on the gateway',
    rpc: 'write @UseGuards on the controller, with a class that extends RpcAuthGuard of @verifier/nest/rpc',
  };
  const fix = fixes[type] ?? 'override getRequest(context), or verify the token with the verifier of OktaAuthGuard';
  return new ConfigurationError(`OktaAuthGuard guards HTTP requests and denies this ${type} context: ${fix}`);
}
