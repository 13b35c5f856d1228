import { type ExecutionContext, Injectable } from '@nestjs/common';
import { GqlExecutionContext } from '@nestjs/graphql';
import type { AnyAuthError } from '@verifier/core';
import type { AuthException } from './auth-exception.ts';
import { OktaAuthGuard } from './auth-guard.ts';
import type { PlatformRequest } from './platform-request.ts';

/** The context of an operation, as the drivers of Nest make it. */
interface GraphqlContext {
  readonly req?: PlatformRequest & { readonly res?: unknown };
  readonly res?: unknown;
  /** Of Mercurius. */
  readonly reply?: unknown;
}

const codes: Readonly<Record<number, string>> = {
  400: 'BAD_REQUEST',
  401: 'UNAUTHENTICATED',
  403: 'FORBIDDEN',
  503: 'SERVICE_UNAVAILABLE',
};

/**
 * {@link OktaAuthGuard} for applications that serve GraphQL, beside HTTP routes or alone: `OktaAuthModule.forRoot({
 * guard: GqlAuthGuard })`. It judges queries, mutations and subscriptions by the HTTP request that carries them.
 *
 * A refused resolver fails with an error in `errors`, whatever `onError` says, since other parts of the same answer may
 * be granted: `extensions.code` is `UNAUTHENTICATED` or `FORBIDDEN`, as clients of GraphQL expect, and
 * `SERVICE_UNAVAILABLE` while no keys can be had; the challenge is in the headers of the answer. Resolvers of fields
 * are guarded only where `fieldResolverEnhancers` says so. A subscription over a WebSocket carries no HTTP request, and
 * is refused.
 *
 * @example
 * ```ts
 * import { Module } from '@nestjs/common';
 * import { OktaAuthModule } from '@verifier/nest';
 * import { GqlAuthGuard } from '@verifier/nest/graphql';
 *
 * const auth = OktaAuthModule.forRoot({
 *   issuer: 'https://example.okta.com/oauth2/default',
 *   audience: 'api://default',
 *   guard: GqlAuthGuard,
 * });
 *
 * export @Module({ imports: [auth] }) class AppModule {}
 * ```
 */
export class GqlAuthGuard extends OktaAuthGuard {
  /** The request of an operation: `req` of its context, where the drivers of Nest put it. */
  override getRequest(context: ExecutionContext): PlatformRequest {
    return isGraphql(context) ? (contextOf(context).req ?? {}) : super.getRequest(context);
  }

  protected override getResponse(context: ExecutionContext): unknown {
    if (!isGraphql(context)) return super.getResponse(context);
    const { res, reply, req } = contextOf(context);
    return res ?? reply ?? req?.res;
  }

  protected override toException(context: ExecutionContext, error: AnyAuthError): AuthException {
    const exception = super.toException(context, error);
    if (!isGraphql(context)) return exception;
    const extensions = { code: codes[error.status], ...headersForApollo(exception, this.getResponse(context)) };
    return Object.assign(exception, { extensions });
  }
}

Injectable()(GqlAuthGuard);

function isGraphql(context: ExecutionContext): boolean {
  return context.getType<string>() === 'graphql';
}

function contextOf(context: ExecutionContext): GraphqlContext {
  return GqlExecutionContext.create(context).getContext<GraphqlContext | undefined>() ?? {};
}

// Apollo on Fastify hands no response over. It takes headers from an error instead, and keeps them out of the answer's
// body.
function headersForApollo({ cause }: AuthException, response: unknown): object {
  if (response !== undefined) return {};
  const headers = Object.entries(cause.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value] as const);
  return { http: { headers: new Map(headers) } };
}
