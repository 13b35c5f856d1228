/** The request has no bearer token. */
export type CredentialsMissingCode = 'ERR_CREDENTIALS_MISSING';

/** The request is malformed, regardless of the token. */
export type RequestErrorCode = 'ERR_CREDENTIALS_MALFORMED' | 'ERR_CREDENTIALS_REPEATED';

/** The token is not accepted. The client may retry with a new one. */
export type TokenErrorCode =
  | 'ERR_TOKEN_MALFORMED'
  | 'ERR_TOKEN_TOO_LARGE'
  | 'ERR_TOKEN_TYPE'
  | 'ERR_ALG_NOT_ALLOWED'
  | 'ERR_CRIT_UNSUPPORTED'
  | 'ERR_ISSUER_UNKNOWN'
  | 'ERR_KEY_NOT_FOUND'
  | 'ERR_KEY_AMBIGUOUS'
  | 'ERR_SIGNATURE_INVALID'
  | 'ERR_TOKEN_EXPIRED'
  | 'ERR_TOKEN_NOT_YET_VALID'
  | 'ERR_TOKEN_TOO_OLD'
  | 'ERR_AUDIENCE_MISMATCH'
  | 'ERR_CLAIM_MISSING'
  | 'ERR_CLAIM_INVALID'
  | 'ERR_BINDING_REQUIRED'
  | 'ERR_BINDING_MISMATCH'
  | 'ERR_TOKEN_REJECTED';

/** The proof of possession of a token is not accepted (RFC 9449, section 7.1). The client may retry with a new one. */
export type ProofErrorCode =
  | 'ERR_PROOF_MISSING'
  | 'ERR_PROOF_REPEATED'
  | 'ERR_PROOF_MALFORMED'
  | 'ERR_PROOF_ALG'
  | 'ERR_PROOF_KEY'
  | 'ERR_PROOF_CLAIM'
  | 'ERR_PROOF_SIGNATURE'
  | 'ERR_PROOF_TIME'
  | 'ERR_PROOF_REPLAYED'
  | 'ERR_PROOF_NONCE';

/** The token is accepted, but the login of its user is not the required one. The client needs a token of another login. */
export type AuthenticationErrorCode = 'ERR_AUTHENTICATION_INSUFFICIENT';

/** The token is accepted but does not permit this request. The client needs one with more rights. */
export type ScopeErrorCode = 'ERR_SCOPE_INSUFFICIENT' | 'ERR_CLAIMS_INSUFFICIENT';

/** The token could not be verified: the authorization server or this verifier is unavailable. */
export type UnavailableErrorCode =
  | 'ERR_KEY_SET_UNAVAILABLE'
  | 'ERR_KEY_SET_INVALID'
  | 'ERR_KEY_SET_NOT_READY'
  | 'ERR_DISCOVERY_FAILED'
  | 'ERR_DISCOVERY_ISSUER_MISMATCH'
  | 'ERR_ISSUER_LOOKUP_FAILED'
  | 'ERR_REPLAY_STORE_UNAVAILABLE'
  | 'ERR_BUSY'
  | 'ERR_CLOSED';

/** Every code of an {@link AuthError}. Codes are stable across releases; messages are not. */
export type AuthErrorCode =
  | CredentialsMissingCode
  | RequestErrorCode
  | TokenErrorCode
  | ProofErrorCode
  | AuthenticationErrorCode
  | ScopeErrorCode
  | UnavailableErrorCode;

/** The fault of the claim that an error names: absent, of a wrong form, or with another value than the expected one. */
export type ClaimFault = 'missing' | 'invalid' | 'mismatch';

const authErrorBrand: symbol = Symbol.for('@verifier/core/AuthError');
const configurationErrorBrand: symbol = Symbol.for('@verifier/core/ConfigurationError');

/**
 * The reason why a request is refused. One of {@link CredentialsMissingError}, {@link RequestError}, {@link TokenError},
 * {@link ProofError}, {@link AuthenticationError}, {@link ScopeError} and {@link UnavailableError}: the class says who must
 * act, `code` says what happened. It contains no token, key or claim value and can be logged, except that the message of
 * ERR_TOKEN_REJECTED contains the string that `validate` returned.
 *
 * Recognise it with {@link isAuthError}. `instanceof` fails if the process has two copies of this package.
 */
export abstract class AuthError extends Error {
  /** The scheme of the request if it was sent with DPoP; the challenge depends on it. */
  declare readonly scheme?: 'DPoP';
  /** The nonce that the client must use in its next DPoP proof: the header `DPoP-Nonce` of the answer. */
  declare readonly nonce?: string;
  /** The reason, stable across releases. */
  abstract readonly code: AuthErrorCode;
  /** The HTTP status of the answer. */
  abstract readonly status: 400 | 401 | 403 | 503;
  /** The headers of the answer. Set only if the error is passed to the framework's own error handler. */
  declare headers?: Readonly<Record<string, string>>;

  /** The same as {@link AuthError.status}, under the name that some frameworks read. */
  get statusCode(): number {
    return this.status;
  }
}

/** 401 with a challenge but without an error attribute (RFC 6750, section 3.1): the request has no bearer token. */
export class CredentialsMissingError extends AuthError {
  readonly code: CredentialsMissingCode = 'ERR_CREDENTIALS_MISSING';
  readonly status: 401 = 401;

  constructor(message = 'The request has no bearer token in its Authorization header') {
    super(message);
  }
}

/** 400 `invalid_request` (RFC 6750, section 3.1): the credentials are malformed, or were sent more than once. */
export class RequestError extends AuthError {
  readonly code: RequestErrorCode;
  readonly status: 400 = 400;
  /** `getToken` if the option provided the credentials; absent if the `Authorization` header did. */
  declare readonly source?: 'getToken';

  constructor(code: RequestErrorCode, message: string, source?: 'getToken') {
    super(message);
    this.code = code;
    if (source !== undefined) this.source = source;
  }
}

/** The claim that caused a {@link TokenError}, its fault, and the underlying error. */
export interface TokenErrorDetails {
  readonly claim?: string;
  readonly reason?: ClaimFault;
  readonly cause?: unknown;
}

/** 401 `invalid_token` (RFC 6750, section 3.1): the token is expired, altered, or for another API, for example. */
export class TokenError extends AuthError {
  readonly code: TokenErrorCode;
  readonly status: 401 = 401;
  /** The name of the claim that caused the error, never its value. */
  declare readonly claim?: string;
  /** The fault of {@link TokenError.claim}. */
  declare readonly reason?: ClaimFault;

  constructor(code: TokenErrorCode, message: string, details: TokenErrorDetails = {}) {
    super(message, Object.hasOwn(details, 'cause') ? { cause: details.cause } : undefined);
    this.code = code;
    if (details.claim !== undefined) this.claim = details.claim;
    if (details.reason !== undefined) this.reason = details.reason;
  }
}

/** The claim that caused a {@link ProofError}, and the nonce that the client must use. */
export interface ProofErrorDetails {
  readonly claim?: string;
  readonly reason?: ClaimFault;
  readonly nonce?: string;
}

/**
 * 401 `invalid_dpop_proof`, or `use_dpop_nonce` (RFC 9449, sections 7.1 and 9): the request does not prove possession of the
 * key that its token is bound to.
 */
export class ProofError extends AuthError {
  readonly code: ProofErrorCode;
  readonly status: 401 = 401;
  /** The name of the claim that caused the error, never its value. */
  declare readonly claim?: string;
  /** The fault of {@link ProofError.claim}. */
  declare readonly reason?: ClaimFault;

  constructor(code: ProofErrorCode, message: string, details: ProofErrorDetails = {}) {
    super(message);
    this.code = code;
    if (details.claim !== undefined) this.claim = details.claim;
    if (details.reason !== undefined) this.reason = details.reason;
    if (details.nonce !== undefined) Object.assign(this, { nonce: details.nonce });
  }
}

/** The part of the requirements of a route that the login of a user does not meet, and the scopes of the route. */
export interface AuthenticationErrorDetails {
  readonly acrValues?: readonly string[];
  readonly maxAge?: number | undefined;
  readonly scope?: readonly string[];
}

/**
 * 401 `insufficient_user_authentication` (RFC 9470, section 3): the token is accepted, but the route requires another or a
 * more recent login of its user.
 */
export class AuthenticationError extends AuthError {
  readonly code: AuthenticationErrorCode = 'ERR_AUTHENTICATION_INSUFFICIENT';
  readonly status: 401 = 401;
  /** The values of `acr` that the route accepts; empty if the token meets them. */
  readonly acrValues: readonly string[];
  /** The greatest age of the login in seconds; undefined if the token meets it. */
  readonly maxAge: number | undefined;
  /** All scopes of the route, so that the client obtains one token for both. */
  readonly scope: readonly string[];

  constructor(message: string, { acrValues = [], maxAge, scope = [] }: AuthenticationErrorDetails = {}) {
    super(message);
    this.acrValues = acrValues;
    this.maxAge = maxAge;
    this.scope = scope;
  }
}

/** 403 `insufficient_scope` (RFC 6750, section 3.1): the token is accepted but does not permit this request. */
export class ScopeError extends AuthError {
  readonly code: ScopeErrorCode;
  readonly status: 403 = 403;
  /** The scopes that the route requires, for the challenge; empty if something else than a scope is missing. */
  readonly scope: readonly string[];

  constructor(code: ScopeErrorCode, message: string, scope: readonly string[] = []) {
    super(message);
    this.code = code;
    this.scope = scope;
  }
}

/** 503 with `Retry-After` and without a challenge (RFC 9110, section 15.6.4): the client keeps its token and retries. */
export class UnavailableError extends AuthError {
  readonly code: UnavailableErrorCode;
  readonly status: 503 = 503;
  /** Seconds until a retry can succeed; an integer of at least 1. */
  readonly retryAfter: number;

  constructor(code: UnavailableErrorCode, message: string, details: { retryAfter?: number; cause?: unknown } = {}) {
    super(message, Object.hasOwn(details, 'cause') ? { cause: details.cause } : undefined);
    this.code = code;
    this.retryAfter = Math.max(1, Math.ceil(details.retryAfter ?? 1) || 1);
  }
}

/**
 * An option is missing, unknown, of the wrong type, out of bounds or unsafe. Thrown at creation with what to write
 * instead. No request is answered with it.
 */
export class ConfigurationError extends TypeError {
  readonly code: 'ERR_CONFIG_INVALID' = 'ERR_CONFIG_INVALID';
}

const asHidden = { value: true, enumerable: false };
Object.defineProperty(AuthError.prototype, authErrorBrand, asHidden);
Object.defineProperty(ConfigurationError.prototype, configurationErrorBrand, asHidden);
const classes = {
  CredentialsMissingError,
  RequestError,
  TokenError,
  ProofError,
  AuthenticationError,
  ScopeError,
  UnavailableError,
  ConfigurationError,
};
for (const [name, { prototype }] of Object.entries(classes)) {
  Object.defineProperty(prototype, 'name', { value: name, enumerable: false });
}

/** The union of the {@link AuthError} classes; `code` and `status` discriminate it. */
export type AnyAuthError =
  | CredentialsMissingError
  | RequestError
  | TokenError
  | ProofError
  | AuthenticationError
  | ScopeError
  | UnavailableError;

/**
 * Whether a value is an {@link AuthError}, also one from another copy of this package.
 *
 * @example
 * ```ts
 * import { createVerifier, isAuthError } from '@verifier/core';
 *
 * const verifier = createVerifier({ issuer: 'https://issuer.example', audience: 'api://orders' });
 *
 * export async function subjectOf(token: string): Promise<string | undefined> {
 *   try {
 *     const { subject } = await verifier.verify(token);
 *     return subject;
 *   } catch (error) {
 *     if (isAuthError(error) && error.status === 401) return undefined;
 *     throw error;
 *   }
 * }
 * ```
 */
export function isAuthError(value: unknown): value is AnyAuthError {
  return typeof value === 'object' && value !== null && authErrorBrand in value;
}

/**
 * Whether a value is a {@link ConfigurationError}, also one from another copy of this package.
 *
 * @example
 * ```ts
 * import { createVerifier, isConfigurationError, type Verifier } from '@verifier/core';
 *
 * export function verifierFor(issuer: string, audience: string): Verifier | undefined {
 *   try {
 *     return createVerifier({ issuer, audience });
 *   } catch (error) {
 *     if (!isConfigurationError(error)) throw error;
 *     console.error(error.message);
 *     return undefined;
 *   }
 * }
 * ```
 */
export function isConfigurationError(value: unknown): value is ConfigurationError {
  return typeof value === 'object' && value !== null && configurationErrorBrand in value;
}
