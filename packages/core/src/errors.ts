/** The request carried no credentials that this API understands. */
export type CredentialsMissingCode = 'ERR_CREDENTIALS_MISSING';

/** The request itself is wrong, whatever the token says. */
export type RequestErrorCode = 'ERR_CREDENTIALS_MALFORMED' | 'ERR_CREDENTIALS_REPEATED';

/** The token is not acceptable here; a client that gets a new one may try again. */
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
  | 'ERR_TOKEN_REJECTED';

/** The token is good and does not permit this request; another token of the same kind will not help. */
export type ScopeErrorCode = 'ERR_SCOPE_INSUFFICIENT' | 'ERR_CLAIMS_INSUFFICIENT';

/** The token could not be judged: the authorization server, or this verifier, is not available. */
export type UnavailableErrorCode =
  | 'ERR_KEY_SET_UNAVAILABLE'
  | 'ERR_KEY_SET_INVALID'
  | 'ERR_KEY_SET_NOT_READY'
  | 'ERR_DISCOVERY_FAILED'
  | 'ERR_DISCOVERY_ISSUER_MISMATCH'
  | 'ERR_ISSUER_LOOKUP_FAILED'
  | 'ERR_CLOSED';

/** Every code that an {@link AuthError} can carry. Codes are the API; messages may be reworded. */
export type AuthErrorCode =
  | CredentialsMissingCode
  | RequestErrorCode
  | TokenErrorCode
  | ScopeErrorCode
  | UnavailableErrorCode;

/** What was wrong with the claim that an error names. */
export type ClaimFault = 'missing' | 'invalid' | 'mismatch';

const authErrorBrand: symbol = Symbol.for('@verifier/core/AuthError');
const configurationErrorBrand: symbol = Symbol.for('@verifier/core/ConfigurationError');

/**
 * A request that is not let in, and why. One of {@link CredentialsMissingError}, {@link RequestError},
 * {@link TokenError}, {@link ScopeError} and {@link UnavailableError}: the class says who must act, `code` says what
 * happened. Nothing in it holds a token, a key or a claim's value, so that it may be logged whole.
 *
 * Use {@link isAuthError} rather than `instanceof`: two copies of this package in one process are two classes.
 */
export abstract class AuthError extends Error {
  /** What happened, stable across releases. */
  abstract readonly code: AuthErrorCode;
  /** The HTTP status of the answer. */
  abstract readonly status: 400 | 401 | 403 | 503;
  /** The headers of the answer, where the error is handed to a framework's own error handler. */
  declare headers?: Readonly<Record<string, string>>;

  /** {@link AuthError.status} by the name that some frameworks read. */
  get statusCode(): number {
    return this.status;
  }
}

/** 401 with a challenge and no error attribute (RFC 6750, section 3.1): nothing was sent that could be judged. */
export class CredentialsMissingError extends AuthError {
  readonly code: CredentialsMissingCode = 'ERR_CREDENTIALS_MISSING';
  readonly status: 401 = 401;

  constructor(message = 'The request has no bearer token in its Authorization header') {
    super(message);
  }
}

/** 400 `invalid_request` (RFC 6750, section 3.1): credentials were sent in a form that no token can mend. */
export class RequestError extends AuthError {
  readonly code: RequestErrorCode;
  readonly status: 400 = 400;

  constructor(code: RequestErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** Which claim an error is about, what was wrong with it, and the error beneath it. */
export interface TokenErrorDetails {
  readonly claim?: string;
  readonly reason?: ClaimFault;
  readonly cause?: unknown;
}

/** 401 `invalid_token` (RFC 6750, section 3.1): expired, tampered with, or meant for somebody else. */
export class TokenError extends AuthError {
  readonly code: TokenErrorCode;
  readonly status: 401 = 401;
  /** The claim at fault, for errors about a claim. Its name, never its value. */
  declare readonly claim?: string;
  /** What was wrong with {@link TokenError.claim}. */
  declare readonly reason?: ClaimFault;

  constructor(code: TokenErrorCode, message: string, details: TokenErrorDetails = {}) {
    super(message, 'cause' in details ? { cause: details.cause } : undefined);
    this.code = code;
    if (details.claim !== undefined) this.claim = details.claim;
    if (details.reason !== undefined) this.reason = details.reason;
  }
}

/** 403 `insufficient_scope` (RFC 6750, section 3.1): the token is good, and not good enough for this request. */
export class ScopeError extends AuthError {
  readonly code: ScopeErrorCode;
  readonly status: 403 = 403;
  /** The scopes that the request needs, for the challenge; empty where the refusal was not about scopes. */
  readonly scope: readonly string[];

  constructor(code: ScopeErrorCode, message: string, scope: readonly string[] = []) {
    super(message);
    this.code = code;
    this.scope = scope;
  }
}

/** 503 with `Retry-After` and no challenge: not the client's fault, and no reason to throw its token away. */
export class UnavailableError extends AuthError {
  readonly code: UnavailableErrorCode;
  readonly status: 503 = 503;
  /** Seconds after which it is worth trying again; an integer of at least 1. */
  readonly retryAfter: number;

  constructor(code: UnavailableErrorCode, message: string, details: { retryAfter?: number; cause?: unknown } = {}) {
    super(message, 'cause' in details ? { cause: details.cause } : undefined);
    this.code = code;
    this.retryAfter = Math.max(1, Math.ceil(details.retryAfter ?? 1) || 1);
  }
}

/** The configuration cannot work or is not safe. Thrown at creation, with what to write instead; never by a request. */
export class ConfigurationError extends TypeError {
  readonly code: 'ERR_CONFIG_INVALID' = 'ERR_CONFIG_INVALID';
}

const asHidden = { value: true, enumerable: false };
Object.defineProperty(AuthError.prototype, authErrorBrand, asHidden);
Object.defineProperty(ConfigurationError.prototype, configurationErrorBrand, asHidden);
const classes = { CredentialsMissingError, RequestError, TokenError, ScopeError, UnavailableError, ConfigurationError };
for (const [name, { prototype }] of Object.entries(classes)) {
  Object.defineProperty(prototype, 'name', { value: name, enumerable: false });
}

/** An {@link AuthError} of any class, so that a `switch` over `code` narrows. */
export type AnyAuthError = CredentialsMissingError | RequestError | TokenError | ScopeError | UnavailableError;

/**
 * Whether a value is an {@link AuthError}, made by this copy of the package or by another one.
 *
 * @example
 * ```ts
 * import { createVerifier, isAuthError } from '@verifier/core';
 *
 * const verifier = createVerifier({ issuer: 'https://login.example.com', audience: 'https://api.example.com' });
 *
 * export async function statusFor(token: string): Promise<number> {
 *   try {
 *     await verifier.verify(token);
 *     return 200;
 *   } catch (error) {
 *     if (isAuthError(error)) return error.status;
 *     throw error;
 *   }
 * }
 * ```
 */
export function isAuthError(value: unknown): value is AnyAuthError {
  return typeof value === 'object' && value !== null && authErrorBrand in value;
}

/**
 * Whether a value is a {@link ConfigurationError}, made by this copy of the package or by another one.
 *
 * @example
 * ```ts
 * import { createVerifier, isConfigurationError, type VerifierOptions } from '@verifier/core';
 *
 * export function problemOf(options: VerifierOptions): string | undefined {
 *   try {
 *     createVerifier(options);
 *     return undefined;
 *   } catch (error) {
 *     if (isConfigurationError(error)) return error.message;
 *     throw error;
 *   }
 * }
 * ```
 */
export function isConfigurationError(value: unknown): value is ConfigurationError {
  return typeof value === 'object' && value !== null && configurationErrorBrand in value;
}
