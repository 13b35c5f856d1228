import { RequestError, TokenError } from '../errors.ts';
import type { RequestLike } from './request.ts';

// RFC 6750, section 2.1: b64token.
const tokenSyntax = /^[A-Za-z0-9\-._~+/]+=*$/;
// Room for the scheme, and for more spaces than anybody sends.
const longestPrefix = 64;

/**
 * What a request has in the place of its token, where the user's own function finds it, or else {@link readBearerToken}.
 *
 * @throws TypeError where that function returns neither text nor undefined.
 */
export function readToken(
  request: RequestLike,
  maxTokenSize: number,
  getToken: ((request: RequestLike) => unknown) | undefined,
): string | undefined {
  if (getToken === undefined) return readBearerToken(request, maxTokenSize);
  const token = getToken(request);
  if (token === undefined || token === '') return undefined;
  if (typeof token === 'string') return token;
  throw new TypeError('getToken must return a string, or undefined where there is none');
}

/**
 * What a request has in the place of its bearer token (RFC 6750, section 2.1), read from the `Authorization` header
 * alone; {@link checkSyntax} tells whether it can be one. Another scheme counts as no credentials at all: it may be
 * meant for somebody else.
 *
 * @returns The text after the scheme, or undefined where there are no such credentials.
 * @throws RequestError where credentials were repeated.
 * @throws TokenError where the text is far longer than `maxTokenSize` characters.
 */
function readBearerToken(request: RequestLike, maxTokenSize: number): string | undefined {
  const values = request.header('authorization');
  const [value] = values;
  if (value === undefined) return undefined;
  if (values.length === 1 && isTooLong(value, maxTokenSize)) throw tooLarge(maxTokenSize);
  if (values.length > 1 || value.includes(',')) {
    throw new RequestError('ERR_CREDENTIALS_REPEATED', 'The request has more than one set of credentials');
  }
  const credentials = value.trim();
  if (!isBearer(credentials)) return undefined;
  let start = 'bearer'.length;
  while (credentials.charAt(start) === ' ') start += 1;
  return credentials.slice(start);
}

/**
 * Checks what a request has in the place of a token.
 *
 * @throws RequestError where it holds a character that no bearer token has, or none at all.
 */
export function checkSyntax(token: string): void {
  if (tokenSyntax.test(token)) return;
  throw new RequestError('ERR_CREDENTIALS_MALFORMED', 'The credentials are not of the form "Bearer <token>"');
}

// Nothing is searched for in what no token is as long as, so that it costs the same whatever its length.
function isTooLong(value: string, maxTokenSize: number): boolean {
  return value.length > maxTokenSize + longestPrefix && isBearer(value.slice(0, longestPrefix).trimStart());
}

function tooLarge(maxTokenSize: number): TokenError {
  return new TokenError('ERR_TOKEN_TOO_LARGE', `The token is longer than ${maxTokenSize} characters`);
}

function isBearer(credentials: string): boolean {
  const scheme = credentials.slice(0, 'bearer'.length).toLowerCase();
  const next = credentials.charAt('bearer'.length);
  return scheme === 'bearer' && (next === '' || next === ' ' || next === '\t');
}
