import { type AuthErrorCode, type ClaimFault, isAuthError } from './errors.ts';
import type { VerifiedToken } from './token/verified-token.ts';

/** The fields of a verified token in a log line. */
export interface LoggedAuth {
  readonly issuer: string;
  readonly subject?: string;
  readonly clientId?: string;
  readonly scopes: readonly string[];
}

/** The fields of a refusal in a log line. */
export interface LoggedRefusal {
  readonly code: AuthErrorCode;
  readonly status: number;
  readonly claim?: string;
  readonly reason?: ClaimFault;
}

/** The fields of another error in a log line. */
export interface LoggedError {
  readonly type: string;
  readonly message: string;
  readonly stack: string | undefined;
  readonly code?: unknown;
}

/**
 * Serializers for pino, each of which passes on a value of another kind. `auth`: a verified token by issuer, subject, client
 * and scopes, without the token itself and without other claims. `err`: an error of this package by code, status, claim name
 * and fault; another error by type, message, stack and code.
 */
export type Serializers = Readonly<Record<'auth' | 'err', (value: unknown) => unknown>>;

/**
 * Serializers for pino, pino-http and Fastify: a verified token logged as `auth` is written without the token.
 *
 * @example
 * ```ts
 * import { redact, serializers } from '@verifier/core/pino';
 * import { pino } from 'pino';
 *
 * export const logger = pino({ serializers, redact });
 * ```
 */
export const serializers: Serializers = Object.freeze({
  auth: (value: unknown) => (isVerifiedToken(value) ? authFields(value) : value),
  err: (value: unknown) => (value instanceof Error ? errorFields(value) : value),
});

/** The paths of headers with credentials, for the option `redact` of pino and pino-http. */
export const redact: string[] = [
  'req.headers.authorization',
  'req.headers["proxy-authorization"]',
  'req.headers.dpop',
  'req.headers.cookie',
  'res.headers["set-cookie"]',
];

function isVerifiedToken(value: unknown): value is VerifiedToken {
  return typeof value === 'object' && value !== null && 'token' in value && 'issuer' in value && 'scopes' in value;
}

function authFields({ issuer, subject, clientId, scopes }: VerifiedToken): LoggedAuth {
  return {
    issuer,
    ...(subject === undefined ? {} : { subject }),
    ...(clientId === undefined ? {} : { clientId }),
    scopes,
  };
}

function errorFields(error: Error): LoggedRefusal | LoggedError {
  if (!isAuthError(error)) {
    const { name, message, stack } = error;
    return { type: name, message, stack, ...('code' in error ? { code: error.code } : {}) };
  }
  const { code, status } = error;
  const claim = 'claim' in error ? error.claim : undefined;
  const reason = 'reason' in error ? error.reason : undefined;
  return {
    code,
    status,
    ...(claim === undefined ? {} : { claim }),
    ...(reason === undefined ? {} : { reason }),
  };
}
