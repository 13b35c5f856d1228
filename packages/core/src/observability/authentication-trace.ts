import { type AuthErrorCode, isAuthError } from '../errors.ts';
import type { MaybePromise } from '../lib/maybe-promise.ts';
import { type TracingChannel, traceOperation } from '../runtime/tracing-channel.ts';
import type { VerifiedToken } from '../token/verified-token.ts';
import { issuerOf } from './error-issuer.ts';

/**
 * The object that subscribers of the tracing channel `@verifier/core:authenticate` receive. It contains no token and no
 * claim value, except granted scopes. The members are complete when `end`, or `asyncEnd` for a promise, is published.
 *
 * @example
 * ```ts
 * import { tracingChannel } from 'node:diagnostics_channel';
 * import type { TracedAuthentication } from '@verifier/core';
 *
 * const ended = (context: unknown) => {
 *   const { code, cached } = context as TracedAuthentication;
 *   console.log(code ?? 'granted', cached);
 * };
 * tracingChannel('@verifier/core:authenticate').subscribe({ end: ended, asyncEnd: ended } as never);
 * ```
 */
export interface TracedAuthentication {
  /** The authentication scheme; undefined if the request had no usable credentials. */
  readonly scheme: string | undefined;
  /** The issuer of the token if it is configured by name; undefined for every other one. */
  readonly issuer: string | undefined;
  /** Whether the signature of the token was cached. */
  readonly cached: boolean;
  /** The code of the refusal; undefined if access was granted. */
  readonly code: AuthErrorCode | undefined;
  /** The scopes of the verified token. */
  readonly scopes: readonly string[] | undefined;
  /** The error that a function of the application threw. A refusal is none. */
  readonly error?: unknown;
}

/** One authentication for the subscribers of the tracing channel. Created only if there are any. */
export class AuthenticationTrace {
  readonly #channel: TracingChannel;
  readonly #namesIssuers: boolean;
  readonly #context: { -readonly [TName in keyof TracedAuthentication]: TracedAuthentication[TName] } = {
    scheme: undefined,
    issuer: undefined,
    cached: false,
    code: undefined,
    scopes: undefined,
  };

  /** @param namesIssuers - Whether all issuers are configured by name. */
  constructor(channel: TracingChannel, namesIssuers: boolean) {
    this.#channel = channel;
    this.#namesIssuers = namesIssuers;
  }

  /** The request has credentials of this scheme. */
  hasCredentials(scheme: string): void {
    this.#context.scheme = scheme;
  }

  /** The signature of the token is cached. */
  isCached(): void {
    this.#context.cached = true;
  }

  run<TAuth extends VerifiedToken | null>(run: () => MaybePromise<TAuth>): MaybePromise<TAuth> {
    const context = this.#context;
    return traceOperation<TAuth>(this.#channel, {
      context,
      run,
      succeeded: (auth) => {
        if (auth === null) return;
        if (this.#namesIssuers) context.issuer = auth.issuer;
        context.scopes = auth.scopes;
      },
      failed: (error) => {
        if (!isAuthError(error)) return false;
        if (this.#namesIssuers) context.issuer = issuerOf(error);
        context.code = error.code;
        return true;
      },
    });
  }
}
