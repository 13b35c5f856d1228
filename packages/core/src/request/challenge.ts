import type { AnyAuthError, AuthErrorCode, UnavailableError } from '../errors.ts';

/** An HTTP answer as plain data: what every adapter writes, byte for byte. */
export interface Challenge {
  readonly status: 400 | 401 | 403 | 503;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const tokenInvalid = 'The access token is invalid';

// What a client is told depends on the code alone, and not even on that between refused tokens: no oracle.
const descriptions: Partial<Record<AuthErrorCode, string>> = {
  ERR_CREDENTIALS_MISSING: 'The request has no access token',
  ERR_CREDENTIALS_MALFORMED: 'The Authorization header is malformed',
  ERR_CREDENTIALS_REPEATED: 'The request has more than one set of credentials',
  ERR_TOKEN_EXPIRED: 'The access token expired',
  ERR_SCOPE_INSUFFICIENT: 'The access token lacks a required scope',
  ERR_CLAIMS_INSUFFICIENT: 'The access token does not permit this request',
};

const unavailable = 'The access token cannot be verified at the moment';

/** What the client is told of an error, in words. */
export function publicDescription({ code, status }: AnyAuthError): string {
  return descriptions[code] ?? (status === 503 ? unavailable : tokenInvalid);
}

const longestRetryAfter = 300;

/**
 * The answer to a request that was refused (RFC 6750, section 3). Pure: the same error and realm always give the same
 * bytes, and nothing in them comes from the request or the token.
 *
 * @param error - Why the request was refused.
 * @param realm - The protection space, first parameter of the challenge.
 */
export function createChallenge(error: AnyAuthError, realm: string): Challenge {
  switch (error.status) {
    case 400:
      return refusal(error, realm, 'invalid_request');
    case 401:
      return error.code === 'ERR_CREDENTIALS_MISSING'
        ? anonymous(error, realm)
        : refusal(error, realm, 'invalid_token');
    case 403:
      return refusal(error, realm, 'insufficient_scope', error.scope);
    default:
      return outage(error);
  }
}

function anonymous(error: AnyAuthError, realm: string): Challenge {
  return answer(401, { 'WWW-Authenticate': bearer({ realm }) }, 'unauthorized', publicDescription(error));
}

function refusal(error: AnyAuthError, realm: string, code: string, scope: readonly string[] = []): Challenge {
  const description = publicDescription(error);
  const parameters: Record<string, string> = { realm, error: code, error_description: description };
  if (scope.length > 0) parameters['scope'] = scope.join(' ');
  return answer(error.status, { 'WWW-Authenticate': bearer(parameters) }, code, description);
}

function outage(error: UnavailableError): Challenge {
  const seconds = Math.min(longestRetryAfter, Math.max(1, Math.ceil(error.retryAfter)));
  return answer(503, { 'Retry-After': String(seconds) }, 'temporarily_unavailable', publicDescription(error));
}

function answer(
  status: Challenge['status'],
  headers: Record<string, string>,
  error: string,
  description: string,
): Challenge {
  const body = JSON.stringify({ error, error_description: description });
  return { status, headers: { ...headers, 'Content-Type': 'application/json' }, body };
}

function bearer(parameters: Record<string, string>): string {
  const list = Object.entries(parameters).map(([name, value]) => `${name}=${quotedString(value)}`);
  return `Bearer ${list.join(', ')}`;
}

// RFC 9110, section 5.6.4, held to printable ASCII: realm and scope come from the configuration, and whatever was
// written there can neither end the string nor the header.
function quotedString(text: string): string {
  return `"${text.replace(/[^\x20-\x7e]/g, '?').replace(/["\\]/g, '\\$&')}"`;
}
