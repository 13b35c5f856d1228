import type { AnyAuthError, AuthErrorCode } from '../errors.ts';
import { renderWwwAuthenticate, type SchemeChallenge } from './www-authenticate.ts';

/** The HTTP answer to a denied request as plain data. Adapters write it byte for byte. */
export interface Challenge {
  readonly status: 400 | 401 | 403 | 503;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const tokenInvalid = 'The access token is invalid';
const tokenMalformed = 'The access token is malformed';

// The description depends on the code alone. All invalid tokens share one, so that a client cannot use it as an oracle.
const descriptions: Partial<Record<AuthErrorCode, string>> = {
  ERR_CREDENTIALS_MISSING: 'The request has no access token',
  ERR_CREDENTIALS_MALFORMED: 'The Authorization header is malformed',
  ERR_CREDENTIALS_REPEATED: 'The request has more than one set of credentials',
  ERR_TOKEN_EXPIRED: 'The access token expired',
  ERR_AUTHENTICATION_INSUFFICIENT: 'The request needs another or a more recent login',
  ERR_SCOPE_INSUFFICIENT: 'The access token lacks a required scope',
  ERR_CLAIMS_INSUFFICIENT: 'The access token does not permit this request',
};

const unavailable = 'The access token cannot be verified at the moment';

/** Returns the text about an error that a client may see. */
export function publicDescription(error: AnyAuthError): string {
  const { code, status } = error;
  if (status === 400 && error.source === 'getToken') return tokenMalformed;
  return descriptions[code] ?? (status === 503 ? unavailable : tokenInvalid);
}

const maxRetryAfter = 300;

/**
 * The answer to a denied request (RFC 6750, section 3). Pure: the same error and realm always give the same bytes, and
 * nothing in them comes from the request or the token.
 *
 * @param realm - The protection space, the first parameter of each challenge.
 */
export function challengeFor(error: AnyAuthError, realm: string): Challenge {
  const description = publicDescription(error);
  const code = errorCodeOf(error);
  const body = JSON.stringify({ error: code, error_description: description });
  const headers = error.status === 503 ? retryHeaders(error.retryAfter) : challengeHeaders(error, realm);
  return { status: error.status, headers: { ...headers, ...answerHeaders }, body };
}

// Replaces a `Cache-Control` of the application, by which a cache may store a denied request's answer for other clients.
const answerHeaders = { 'Cache-Control': 'no-store', 'Content-Type': 'application/json' };

const errorsOf401: Partial<Record<AuthErrorCode, string>> = {
  ERR_CREDENTIALS_MISSING: 'unauthorized',
  ERR_AUTHENTICATION_INSUFFICIENT: 'insufficient_user_authentication',
};

function errorCodeOf({ status, code }: AnyAuthError): string {
  switch (status) {
    case 400:
      return 'invalid_request';
    case 401:
      return errorsOf401[code] ?? 'invalid_token';
    case 403:
      return 'insufficient_scope';
    default:
      return 'temporarily_unavailable';
  }
}

function retryHeaders(retryAfter: number): Record<string, string> {
  return { 'Retry-After': String(Math.min(maxRetryAfter, Math.max(1, Math.ceil(retryAfter)))) };
}

function challengeHeaders(error: AnyAuthError, realm: string): Record<string, string> {
  return { 'WWW-Authenticate': renderWwwAuthenticate(challengesFor(error, realm)) };
}

function challengesFor(error: AnyAuthError, realm: string): readonly SchemeChallenge[] {
  return [{ scheme: 'Bearer', parameters: { realm, ...errorParameters(error) } }];
}

// RFC 6750, section 3.1: a request without credentials gets no error parameter.
function errorParameters(error: AnyAuthError): Record<string, string> {
  if (error.code === 'ERR_CREDENTIALS_MISSING') return {};
  const parameters = {
    error: errorCodeOf(error),
    error_description: publicDescription(error),
    ...authenticationParameters(error),
  };
  const scopes = error.status === 403 || error.code === 'ERR_AUTHENTICATION_INSUFFICIENT' ? error.scope : [];
  return scopes.length === 0 ? parameters : { ...parameters, scope: scopes.join(' ') };
}

// RFC 9470, section 3.
function authenticationParameters(error: AnyAuthError): Record<string, string> {
  if (error.code !== 'ERR_AUTHENTICATION_INSUFFICIENT') return {};
  const { acrValues, maxAge } = error;
  return {
    ...(acrValues.length === 0 ? {} : { acr_values: acrValues.join(' ') }),
    ...(maxAge === undefined ? {} : { max_age: String(maxAge) }),
  };
}
