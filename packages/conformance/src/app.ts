import type {
  AnyAuthError,
  AuthenticationRequirement,
  Claims,
  ClientCertificateHeader,
  DpopOptions,
  GuardOptions,
  JSONWebKeySet,
  ReplayStore,
  ResourceOptions,
  VerifiedToken,
} from '@verifier/core';

/** The applications of the suite: the same routes with different configurations. */
export type Profile =
  | 'default'
  | 'cached'
  | 'given-keys'
  | 'optional'
  | 'framework'
  | 'hierarchy'
  | 'hostile-realm'
  | 'rejecting'
  | 'issuer-down'
  | 'issuer-down-framework'
  | 'resource'
  | 'resource-framework'
  | 'resource-at-origin'
  | 'resource-with-query'
  | 'dpop'
  | 'dpop-require'
  | 'dpop-nonce'
  | 'dpop-optional'
  | 'dpop-framework'
  | 'dpop-store-down'
  | 'mtls'
  | 'mtls-require'
  | 'mtls-xfcc';

/**
 * The description of an application that an adapter starts. Plain JSON, for another process or runtime.
 *
 * The application has these routes, all answered with `application/json`:
 *
 * | route             | guard after authentication                          | answer                                |
 * |-------------------|-----------------------------------------------------|---------------------------------------|
 * | `GET /public`     | none, and no authentication                         | {@link publicBody}                    |
 * | `GET /protected`  | none                                                | {@link describeAuth} of the result    |
 * | `POST /protected`| none; every request of the suite is refused          |                                       |
 * | `GET /scoped`     | all of {@link requiredScopes}`.one`                 | {@link grantedBody}                   |
 * | `GET /scoped-all` | all of {@link requiredScopes}`.all`                 | {@link grantedBody}                   |
 * | `GET /any-scoped` | one of {@link requiredScopes}`.any`                 | {@link grantedBody}                   |
 * | `GET /policy`     | the policy `messages` of {@link messagePolicies}    | {@link grantedBody}                   |
 * | `GET /claims`     | the predicate {@link isBlueTenant}                  | {@link grantedBody}                   |
 * | `GET /login`      | {@link requiredLogin}                               | {@link grantedBody}                   |
 * | `GET /login-scoped` | the same, and all of {@link requiredScopes}`.all` | {@link grantedBody}                   |
 *
 * With `onError: 'framework'` it also has an error handler in the style of its framework, which answers with the status of
 * the error and {@link describeError} as body, and sets no header of the error. The server accepts 64 KiB of headers.
 */
export interface ConformanceApp {
  readonly profile: Profile;
  readonly issuer: string;
  readonly audience: string;
  /** The keys of the issuer, if they are not fetched. */
  readonly jwks?: JSONWebKeySet;
  readonly realm?: string;
  readonly acrLevels?: readonly string[];
  readonly scopeImplies?: Readonly<Record<string, readonly string[]>>;
  readonly optional?: boolean;
  readonly onError?: 'respond' | 'framework';
  /** The value of `Cache-Control` that the application sets on every response before the guard runs. */
  readonly cacheControl?: string;
  readonly resource?: ResourceOptions;
  /** The text with which `validate` refuses every token. */
  readonly rejectWith?: string;
  readonly dpop?: Omit<DpopOptions, 'replay'>;
  /** Whether the store for DPoP proofs fails. */
  readonly isStoreDown?: boolean;
  /** The header with the client certificate, which is trusted from every address. */
  readonly certificate?: Pick<ClientCertificateHeader, 'header' | 'format' | 'verified'>;
  /** Whether every token must be bound to a certificate. */
  readonly requiresCertificate?: boolean;
}

/** Returns the options for the adapter's factory: `bearerAuth(guardOptions(app))`. */
export function guardOptions(app: ConformanceApp): GuardOptions {
  const { profile: _, cacheControl: __, rejectWith, isStoreDown, certificate, requiresCertificate, ...options } = app;
  return {
    ...options,
    policies: messagePolicies,
    ...(rejectWith !== undefined && { validate: () => rejectWith }),
    ...(options.dpop !== undefined && isStoreDown === true && { dpop: { ...options.dpop, replay: failingStore } }),
    ...(certificate !== undefined && {
      mtls: { certificate: { ...certificate, trustedProxy: () => true }, require: requiresCertificate === true },
    }),
  };
}

const failingStore: ReplayStore = { claim: () => Promise.reject(new Error('The store is down')) };

/** The scopes that the scope-guarded routes require. */
export const requiredScopes = {
  one: 'read:messages',
  all: ['read:messages', 'write:messages'],
  any: ['read:messages', 'admin:messages'],
} as const;

/** The login that the step-up routes require. */
export const requiredLogin: AuthenticationRequirement = { acr: ['mfa', 'other'], maxAge: 300 };
/** The policies of every application. */
export const messagePolicies = { messages: { scope: 'read:messages', role: 'editor' } } as const;

/** Whether the claims satisfy the guard of `/claims`. */
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

/** Returns the answer of `/protected` for the result that the adapter attached to the request. */
export function describeAuth(auth: VerifiedToken | null): AuthBody {
  if (auth === null) return { auth: null };
  const { subject = null, clientId = null, issuer, scopes, expiresAt, scheme } = auth;
  return { auth: { subject, clientId, issuer, scopes, expiresAt, scheme } };
}

/** Returns the body of the application's error handler with `onError: 'framework'`. */
export function describeError(error: AnyAuthError): { readonly handled: string } {
  return { handled: error.code };
}
