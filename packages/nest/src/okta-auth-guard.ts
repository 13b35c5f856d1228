import { type CanActivate, type ExecutionContext, Inject, Injectable, Optional } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import {
  type AnyAuthError,
  type AuthResult,
  ConfigurationError,
  drainRequest,
  type Guard,
  type Verifier,
} from '@verifier/core';
import { AuthException } from './auth-exception.ts';
import { type PlatformRequest, rawOf, toRequestLike } from './platform-request.ts';
import { attachState, findState } from './request-state.ts';
import { guardMark, ruleOf } from './route-rule.ts';

/** The injection token of the guard of core. */
export const guardToken: unique symbol = Symbol.for('@verifier/nest/guard');

/**
 * Authenticates requests by an access token; requests without a valid token are answered here and do not reach the route.
 * Runs for every route if `OktaAuthModule` is imported. With `global: false`, it runs for routes with
 * `@UseGuards(OktaAuthGuard)` or a decorator such as `@OktaAuth()`.
 *
 * Checked: the signature, with the keys that the issuer publishes; `iss`, `aud`, `exp`, `nbf`; that the token is an access
 * token, not bound to a key; and the requirements of decorators such as `@RequireScope`. Not checked: other scopes, and
 * whether the token was revoked. A context that is neither HTTP nor, with `GqlAuthGuard`, GraphQL is denied with a
 * ConfigurationError.
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

  constructor(guard: Guard | undefined, host: HttpAdapterHost) {
    if (guard === undefined) throw moduleMissing();
    this.#guard = guard;
    this.#host = host;
  }

  /** The verifier, for tokens that no guard receives, such as those of gateway connections. */
  get verifier(): Verifier {
    return this.#guard.verifier;
  }

  /** Authenticates the request of a context. Does not return a promise for a cached token unless `validate` returns one. */
  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const rule = ruleOf(context.getHandler(), context.getClass());
    if (rule === 'public') return true;
    const request = this.getRequest(context);
    if (this.#isAuthenticated(request, context)) return true;
    const conclude = (result: AuthResult): boolean | Promise<boolean> => {
      if (!result.ok) return this.#answerError(context, request, result.error);
      const toException = (error: AnyAuthError): Error => this.toException(context, error);
      attachState(request, { guard: this.#guard, auth: result.auth, context, toException });
      this.#addHeaders(context, result.headers);
      return true;
    };
    const result = this.#guard.authenticate(toRequestLike(request), rule === 'token' ? undefined : rule);
    // The result for a cached token is not a promise: the request continues in the same turn of the event loop.
    return result instanceof Promise ? result.then(conclude) : conclude(result);
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

  /** Returns the exception for a denied request that Nest answers, and sets the headers of that answer on the response. */
  protected toException(context: ExecutionContext, error: AnyAuthError): AuthException {
    const { body } = this.#guard.challenge(error);
    const withHeaders = this.#guard.frameworkError(error);
    this.#addHeaders(context, withHeaders.headers);
    return new AuthException(withHeaders, JSON.parse(body));
  }

  // All guards of one route get the same context: a second one for the same verifier has nothing to add.
  #isAuthenticated(request: PlatformRequest, context: ExecutionContext): boolean {
    const state = findState(request);
    return state?.context === context && state.guard === this.#guard;
  }

  #answerError(context: ExecutionContext, request: PlatformRequest, error: AnyAuthError): Promise<boolean> {
    if (this.#guard.onError === 'framework' || context.getType() !== 'http') throw this.toException(context, error);
    const drained = drainRequest(Object(rawOf(request)), Object(rawOf(this.getResponse(context))));
    if (drained === undefined) this.#respond(context, error);
    else void drained.then(() => this.#respond(context, error));
    // The response is sent. Settling would open the route, or make a filter respond again.
    return new Promise(() => undefined);
  }

  #respond(context: ExecutionContext, error: AnyAuthError): void {
    const { status, headers, body } = this.#guard.challenge(error);
    const response = this.getResponse(context);
    // If something else, such as a time-out, responded meanwhile, the route stays closed and that response is kept.
    if (this.#setHeaders(response, Object.entries(headers))) this.#host.httpAdapter.reply(response, body, status);
  }

  #addHeaders(context: ExecutionContext, headers: Readonly<Record<string, string>> = {}): void {
    const entries = Object.entries(headers);
    if (entries.length === 0) return;
    const response = this.getResponse(context);
    if (response !== undefined) this.#setHeaders(response, entries);
  }

  #setHeaders(response: unknown, headers: readonly [name: string, value: string][]): boolean {
    const { httpAdapter } = this.#host;
    if (httpAdapter.isHeadersSent(response)) return false;
    for (const [name, value] of headers) httpAdapter.setHeader(response, name, value);
    return true;
  }
}

Object.defineProperty(OktaAuthGuard, guardMark, { value: true });

// Decorators as calls: the package then needs no decorator syntax, and its users no `emitDecoratorMetadata`.
Injectable()(OktaAuthGuard);
Optional()(OktaAuthGuard, undefined, 0);
Inject(guardToken)(OktaAuthGuard, undefined, 0);
Inject(HttpAdapterHost)(OktaAuthGuard, undefined, 1);

/** The error of a guard in a module that does not import the authentication module. */
export function moduleMissing(): ConfigurationError {
  return new ConfigurationError(
    'OktaAuthGuard found no OktaAuthModule: add OktaAuthModule.forRoot({ issuer, audience }), or BearerAuthModule.forRoot, to the imports of the root module; with global: false, to those of each module that uses the guard',
  );
}

function contextUnknown(type: string): ConfigurationError {
  const fixes: Readonly<Record<string, string>> = {
    graphql: 'use GqlAuthGuard of @verifier/nest/graphql, by OktaAuthModule.forRoot({ guard: GqlAuthGuard })',
    ws: 'verify the token in handleConnection, with the verifier of OktaAuthGuard',
  };
  const fix = fixes[type] ?? 'override getRequest(context), or verify the token with the verifier of OktaAuthGuard';
  return new ConfigurationError(`OktaAuthGuard guards HTTP requests and denies this ${type} context: ${fix}`);
}
