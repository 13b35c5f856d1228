import type { AnyAuthError, Claims, GuardOptions, VerifiedToken } from '@verifier/core';

/** The applications of the suite: one set of routes, configured in different ways. */
export type Profile =
  | 'default'
  | 'optional'
  | 'framework'
  | 'hostile-realm'
  | 'rejecting'
  | 'issuer-down'
  | 'issuer-down-framework';

/**
 * What an adapter is asked to start. Plain JSON, so that it can cross into another process or runtime.
 *
 * The application has these routes, all answered with `application/json`:
 *
 * | route             | guard, beside authentication                        | answer                                |
 * |-------------------|-----------------------------------------------------|---------------------------------------|
 * | `GET /public`     | none, and no authentication either                  | {@link publicBody}                    |
 * | `GET /protected`  | none                                                | {@link describeAuth} of the result    |
 * | `GET /scoped`     | all of {@link requiredScopes}`.one`                 | {@link grantedBody}                   |
 * | `GET /scoped-all` | all of {@link requiredScopes}`.all`                 | {@link grantedBody}                   |
 * | `GET /any-scoped` | one of {@link requiredScopes}`.any`                 | {@link grantedBody}                   |
 * | `GET /claims`     | the predicate {@link isBlueTenant}                  | {@link grantedBody}                   |
 *
 * With `onError: 'framework'` it also has an error handler, written as its framework's users write one, that answers with
 * the status and the headers of the error and {@link describeError} as body. The server accepts 64 KiB of headers.
 */
export interface ConformanceApp {
  readonly profile: Profile;
  readonly issuer: string;
  readonly audience: string;
  readonly realm?: string;
  readonly optional?: boolean;
  readonly onError?: 'respond' | 'framework';
  /** Every token is refused by `validate` with this text. */
  readonly rejectWith?: string;
}

/** What the adapter's own factory is called with: `bearerAuth(guardOptions(app))`. */
export function guardOptions({ profile: _, rejectWith, ...options }: ConformanceApp): GuardOptions {
  return rejectWith === undefined ? options : { ...options, validate: () => rejectWith };
}

/** The scopes that the scope-guarded routes require. */
export const requiredScopes = {
  one: 'read:messages',
  all: ['read:messages', 'write:messages'],
  any: ['read:messages', 'admin:messages'],
} as const;

/** The predicate that guards `/claims`. */
export function isBlueTenant(claims: Claims): boolean {
  return claims['tenant'] === 'blue';
}

/** The answer of `/public`. */
export const publicBody: { readonly public: true } = { public: true };

/** The answer of a route behind a scope or claims guard. */
export const grantedBody: { readonly granted: true } = { granted: true };

/** The answer of `/protected`; `auth` is null for an anonymous request. */
export interface AuthBody {
  readonly auth: {
    readonly subject: string | null;
    readonly clientId: string | null;
    readonly issuer: string;
    readonly scopes: readonly string[];
    readonly expiresAt: number;
    readonly scheme: string;
  } | null;
}

/** Turns what the adapter attached to the request into the answer of `/protected`. */
export function describeAuth(auth: VerifiedToken | null): AuthBody {
  if (auth === null) return { auth: null };
  const { subject = null, clientId = null, issuer, scopes, expiresAt, scheme } = auth;
  return { auth: { subject, clientId, issuer, scopes, expiresAt, scheme } };
}

/** The body that the application's own error handler writes with `onError: 'framework'`. */
export function describeError(error: AnyAuthError): { readonly handled: string } {
  return { handled: error.code };
}
