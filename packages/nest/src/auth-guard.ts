import { type CanActivate, type ExecutionContext, Inject, Injectable, Optional } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { type AnyAuthError, type AuthResult, ConfigurationError, type Guard, type Verifier } from '@verifier/core';
import { AuthException } from './auth-exception.ts';
import { type PlatformRequest, toRequestLike } from './platform-request.ts';
import { attachState, findState } from './request-state.ts';
import { guardMark, ruleOf } from './route-rule.ts';

/** What the guard is made from, as a token of the container. */
export const guardToken: unique symbol = Symbol.for('@verifier/nest/guard');

/**
 * Lets requests through that carry a valid access token, and answers all others. Runs for every route once
 * `OktaAuthModule` is imported; with `global: false`, for those that name it: `@UseGuards(OktaAuthGuard)`,
 * `@OktaAuth()`.
 *
 * Checked: the signature, with the keys that the issuer publishes; `iss`, `aud`, `exp`, `nbf`; that the token is an
 * access token, not bound to a key that was not proved; and what `@RequireScope` and its like demand. Not checked:
 * other scopes, and whether the token was revoked since it was issued. A context that is neither HTTP nor, with
 * `GqlAuthGuard`, GraphQL is refused with a ConfigurationError.
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

  /** Verifies the tokens: for gateways, say, which no guard sees the connections of. */
  get verifier(): Verifier {
    return this.#guard.verifier;
  }

  /** Judges the request of a context. No promise where the token was seen before, and `validate` returns none. */
  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const rule = ruleOf(context.getHandler(), context.getClass());
    if (rule === 'public') return true;
    const request = this.getRequest(context);
    if (this.#hasJudged(request, context)) return true;
    const conclude = (result: AuthResult): boolean | Promise<boolean> => {
      if (!result.ok) return this.#refuse(context, result.error);
      const toException = (error: AnyAuthError): Error => this.toException(context, error);
      attachState(request, { guard: this.#guard, auth: result.auth, context, toException });
      return true;
    };
    const result = this.#guard.authenticate(toRequestLike(request), rule);
    // For a token that was seen before the result is at hand, and the request goes on without a turn of the event loop.
    return result instanceof Promise ? result.then(conclude) : conclude(result);
  }

  /**
   * The request that a context is about. Override it for a kind of context that this guard does not know.
   *
   * @throws ConfigurationError for everything but HTTP, so that nothing unknown is let through.
   */
  getRequest(context: ExecutionContext): PlatformRequest {
    if (context.getType() === 'http') return context.switchToHttp().getRequest<PlatformRequest>();
    throw contextUnknown(context.getType<string>());
  }

  /** The response that the challenge goes on; undefined where the context has none. */
  protected getResponse(context: ExecutionContext): unknown {
    return context.getType() === 'http' ? context.switchToHttp().getResponse<unknown>() : undefined;
  }

  /**
   * What a refused request fails with, where Nest writes the answer. Sets the headers of that answer on the response.
   */
  protected toException(context: ExecutionContext, error: AnyAuthError): AuthException {
    const { body } = this.#guard.challenge(error);
    const withHeaders = this.#guard.frameworkError(error);
    const response = this.getResponse(context);
    if (response !== undefined) this.#setHeaders(response, withHeaders.headers ?? {});
    return new AuthException(withHeaders, JSON.parse(body));
  }

  // The guards of one route share a context: one that has judged it need not be followed by another of the same verifier.
  #hasJudged(request: PlatformRequest, context: ExecutionContext): boolean {
    const state = findState(request);
    return state?.context === context && state.guard === this.#guard;
  }

  #refuse(context: ExecutionContext, error: AnyAuthError): Promise<boolean> {
    if (this.#guard.onError === 'framework' || context.getType() !== 'http') throw this.toException(context, error);
    const { status, headers, body } = this.#guard.challenge(error);
    const response = this.getResponse(context);
    // Where something else has answered in the meantime, a time-out say, the route stays closed and that answer stands.
    if (this.#setHeaders(response, headers)) this.#host.httpAdapter.reply(response, body, status);
    // The answer is out. To settle would either open the route, or have a filter answer once more.
    return new Promise(() => undefined);
  }

  #setHeaders(response: unknown, headers: Readonly<Record<string, string>>): boolean {
    const { httpAdapter } = this.#host;
    if (httpAdapter.isHeadersSent(response)) return false;
    for (const [name, value] of Object.entries(headers)) httpAdapter.setHeader(response, name, value);
    return true;
  }
}

Object.defineProperty(OktaAuthGuard, guardMark, { value: true });

// Decorators, called: the package then needs no decorator syntax, and its users no `emitDecoratorMetadata`.
Injectable()(OktaAuthGuard);
Optional()(OktaAuthGuard, undefined, 0);
Inject(guardToken)(OktaAuthGuard, undefined, 0);
Inject(HttpAdapterHost)(OktaAuthGuard, undefined, 1);

/** Says what to do where a guard is used in a module that has none to offer. */
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
  return new ConfigurationError(`OktaAuthGuard guards HTTP requests and refuses this ${type} context: ${fix}`);
}
