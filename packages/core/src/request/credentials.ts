import { RequestError, TokenError } from '../errors.ts';
import { nameScheme } from './error-scheme.ts';
import type { RequestLike } from './request.ts';

/** A token and the authentication scheme that carries it (RFC 9110, section 11.4). */
export interface Credentials {
  readonly scheme: 'Bearer' | 'DPoP';
  readonly token: string;
}

/** The options that decide how credentials are read. */
export interface CredentialsOptions {
  /** In characters. */
  readonly maxTokenSize: number;
  /** Replaces the `Authorization` header. */
  readonly getToken: ((request: RequestLike) => unknown) | undefined;
  /** Whether the scheme DPoP counts as credentials (RFC 9449, section 7.1). */
  readonly acceptsDpop: boolean;
}

// RFC 6750, section 2.1: b64token.
const tokenSyntax = /^[A-Za-z0-9\-._~+/]+=*$/;
const bearerScheme = /^bearer(?=[ \t]|$)/i;
const dpopScheme = /^dpop(?=[ \t]|$)/i;
// Room for the scheme, and for more spaces than any client sends.
const maxPrefix = 64;

/**
 * Reads the credentials of a request: from `getToken` if the application has one, else from the `Authorization` header
 * (RFC 6750, section 2.1). Another scheme than Bearer, or DPoP if it is accepted, counts as no credentials. The syntax of
 * the token is not validated: see {@link hasTokenSyntax}.
 *
 * @returns undefined if the request has no credentials.
 * @throws RequestError if the request has several credentials; TokenError if the token is too long; TypeError if
 *   `getToken` returns neither text nor undefined.
 */
export function readCredentials(
  request: RequestLike,
  { maxTokenSize, getToken, acceptsDpop }: CredentialsOptions,
): Credentials | undefined {
  if (getToken === undefined) return readAuthorization(request.header('authorization'), maxTokenSize, acceptsDpop);
  const token = getToken(request);
  if (token === undefined || token === '') return undefined;
  if (typeof token === 'string') return parseCredentials(token, maxTokenSize);
  throw new TypeError('getToken must return a string, or undefined if the request has no token');
}

/**
 * Parses a bare token.
 *
 * @throws TokenError if it is not a string, or longer than `maxTokenSize` characters.
 */
export function parseCredentials(
  token: unknown,
  maxTokenSize: number,
  scheme: Credentials['scheme'] = 'Bearer',
): Credentials {
  if (typeof token !== 'string') throw new TokenError('ERR_TOKEN_MALFORMED', 'The token is not a string');
  if (token.length > maxTokenSize) throw tooLarge(maxTokenSize, scheme);
  return { scheme, token };
}

/**
 * Whether a token consists of the characters that RFC 6750, section 2.1, allows. Called only for a token that cannot be
 * parsed: the pattern takes as long as the SHA-256 of the token, and a token with another character never parses.
 */
export function hasTokenSyntax({ token }: Credentials): boolean {
  return tokenSyntax.test(token);
}

/**
 * The error for credentials without the syntax of a token.
 *
 * @param fromHeader - Whether the `Authorization` header has them, rather than `getToken`.
 */
export function malformedCredentials(fromHeader: boolean): RequestError {
  if (fromHeader) {
    return new RequestError('ERR_CREDENTIALS_MALFORMED', 'The credentials are not of the form "Bearer <token>"');
  }
  const message = 'The text that getToken returned is not a token: it contains a space or another illegal character';
  return new RequestError('ERR_CREDENTIALS_MALFORMED', message, 'getToken');
}

function readAuthorization(
  values: readonly string[],
  maxTokenSize: number,
  acceptsDpop: boolean,
): Credentials | undefined {
  const [value] = values;
  if (value === undefined) return undefined;
  // Before anything else, so that the cost of refusing a long header does not depend on its length.
  if (value.length > maxTokenSize + maxPrefix && values.length === 1) {
    const scheme = readScheme(value.slice(0, maxPrefix).trimStart(), acceptsDpop);
    if (scheme !== undefined) throw tooLarge(maxTokenSize, scheme);
  }
  if (values.length > 1 || value.includes(',')) {
    throw new RequestError('ERR_CREDENTIALS_REPEATED', 'The request has more than one set of credentials');
  }
  const credentials = value.trim();
  const scheme = readScheme(credentials, acceptsDpop);
  if (scheme === undefined) return undefined;
  let start = scheme.length;
  while (credentials.charAt(start) === ' ') start += 1;
  return parseCredentials(credentials.slice(start), maxTokenSize, scheme);
}

function tooLarge(maxTokenSize: number, scheme: Credentials['scheme']): TokenError {
  const error = new TokenError('ERR_TOKEN_TOO_LARGE', `The token is longer than ${maxTokenSize} characters`);
  return scheme === 'DPoP' ? nameScheme(error) : error;
}

function readScheme(credentials: string, acceptsDpop: boolean): Credentials['scheme'] | undefined {
  // Most requests, without a regular expression: 3 % of the time of a cached token.
  if (credentials.startsWith('Bearer ') || bearerScheme.test(credentials)) return 'Bearer';
  return acceptsDpop && dpopScheme.test(credentials) ? 'DPoP' : undefined;
}
