import { type ExecutionContext, Injectable } from '@nestjs/common';
import { GqlExecutionContext } from '@nestjs/graphql';
import type { AnyAuthError } from '@verifier/core';
import type { AuthException } from './auth-exception.ts';
import { isGraphqlConnection } from './graphql-connection.ts';
import { OktaAuthGuard } from './okta-auth-guard.ts';
import type { PlatformRequest } from './platform-request.ts';

/** The context object that the GraphQL drivers of Nest create for an operation. */
interface GraphqlContext {
  readonly req?: PlatformRequest & { readonly res?: unknown };
  readonly res?: unknown;
  /** Set by Mercurius. */
  readonly reply?: unknown;
}

const codes: Readonly<Record<number, string>> = {
  400: 'BAD_REQUEST',
  401: 'UNAUTHENTICATED',
  403: 'FORBIDDEN',
  503: 'SERVICE_UNAVAILABLE',
};

/**
 * {@link OktaAuthGuard} for applications that serve GraphQL, with or without HTTP routes: `OktaAuthModule.forRoot({
 * guard: GqlAuthGuard })`. Authenticates queries, mutations and subscriptions by their HTTP request.
 *
 * A denied resolver fails with an error in `errors`, whatever the value of `onError`, because other resolvers of the same
 * operation may succeed. `extensions.code` is `UNAUTHENTICATED`, `FORBIDDEN`, or `SERVICE_UNAVAILABLE` while the keys are
 * unavailable; the challenge is in the headers of the response. Nest runs guards for field resolvers only if
 * `fieldResolverEnhancers` of `GraphQLModule` includes `'guards'`. Without it, a field resolver with requirements is an error
 * at start-up.
 *
 * Over graphql-ws, the token is `Authorization` of `connectionParams`, or of the upgrade request. The guard verifies it when an
 * operation starts, and not for each event of a subscription.
 *
 * With Apollo on Fastify, headers of a granted request are added only if the context has the reply:
 * `context: (request, reply) => ({ req: request, reply })`.
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
  /** Returns the request of an operation: the `req` of its context. */
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
    const { req } = contextOf(context);
    const headers = isGraphqlConnection(req) ? {} : headersForApollo(exception, this.getResponse(context));
    const extensions = { code: codes[error.status], ...headers };
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

// The context of Apollo on Fastify has no response. Apollo takes headers from an error instead, and removes them from the
// body of the answer.
function headersForApollo({ cause }: AuthException, response: unknown): object {
  if (response !== undefined) return {};
  const headers = Object.entries(cause.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value] as const);
  return { http: { headers: new Map(headers) } };
}
