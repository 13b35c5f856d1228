import { type Answer, issuerPlaceholder } from './answer.ts';
import type { AuthBody } from './app.ts';

const json = {
  retryAfter: 'absent',
  cacheControl: '',
  mediaType: 'application/json',
  dpopNonce: 'absent',
  access: [],
} as const;
const denied = { ...json, cacheControl: 'no-store' } as const;

/** 401: the request has no credentials. */
export const anonymous: Answer = {
  ...denied,
  status: 401,
  wwwAuthenticate: ['Bearer realm="api"'],
  body: '{"error":"unauthorized","error_description":"The request has no access token"}',
};

/** 400: the credentials do not have the syntax of RFC 6750. */
export const malformed: Answer = {
  ...denied,
  status: 400,
  wwwAuthenticate: [
    'Bearer realm="api", error="invalid_request", error_description="The Authorization header is malformed"',
  ],
  body: '{"error":"invalid_request","error_description":"The Authorization header is malformed"}',
};

/** 400: the request has more than one set of credentials. */
export const repeated: Answer = {
  ...denied,
  status: 400,
  wwwAuthenticate: [
    'Bearer realm="api", error="invalid_request", error_description="The request has more than one set of credentials"',
  ],
  body: '{"error":"invalid_request","error_description":"The request has more than one set of credentials"}',
};

/** 401: the token is refused. */
export const invalid: Answer = {
  ...denied,
  status: 401,
  wwwAuthenticate: ['Bearer realm="api", error="invalid_token", error_description="The access token is invalid"'],
  body: '{"error":"invalid_token","error_description":"The access token is invalid"}',
};

/** 401: the token expired, the only reason that a client learns. */
export const expired: Answer = {
  ...denied,
  status: 401,
  wwwAuthenticate: ['Bearer realm="api", error="invalid_token", error_description="The access token expired"'],
  body: '{"error":"invalid_token","error_description":"The access token expired"}',
};

/** Returns the 403 of a token without a required scope. */
export function scopeMissing(scope: string): Answer {
  const challenge = 'error="insufficient_scope", error_description="The access token lacks a required scope"';
  return {
    ...denied,
    status: 403,
    wwwAuthenticate: [`Bearer realm="api", ${challenge}, scope="${scope}"`],
    body: '{"error":"insufficient_scope","error_description":"The access token lacks a required scope"}',
  };
}

/** Returns the 401 of a token of another login than the required one. */
export function loginInsufficient(parameters: string): Answer {
  const error = 'insufficient_user_authentication';
  const description = 'The request needs another or a more recent login';
  return {
    ...denied,
    status: 401,
    wwwAuthenticate: [`Bearer realm="api", error="${error}", error_description="${description}", ${parameters}`],
    body: JSON.stringify({ error, error_description: description }),
  };
}

/** 403: the claims of the token do not satisfy the route. */
export const claimsInsufficient: Answer = {
  ...denied,
  status: 403,
  wwwAuthenticate: [
    'Bearer realm="api", error="insufficient_scope", error_description="The access token does not permit this request"',
  ],
  body: '{"error":"insufficient_scope","error_description":"The access token does not permit this request"}',
};

/** 503: the token cannot be verified at the moment. */
export const unavailable: Answer = {
  ...denied,
  status: 503,
  wwwAuthenticate: [],
  retryAfter: 'from 1 to 300 seconds',
  body: '{"error":"temporarily_unavailable","error_description":"The access token cannot be verified at the moment"}',
};

/** Returns the 200 from `/protected` for the valid token, with differences. */
export function accepted(differences: Partial<NonNullable<AuthBody['auth']>> = {}): Answer {
  const auth = {
    subject: 'subject-1',
    clientId: 'client-1',
    issuer: issuerPlaceholder,
    scopes: ['read:messages'],
    expiresAt: 4_102_444_800,
    scheme: 'Bearer',
    ...differences,
  };
  return { ...json, status: 200, wwwAuthenticate: [], body: JSON.stringify({ auth }) };
}

/** 200 from `/protected` without a token. */
export const acceptedAnonymous: Answer = { ...json, status: 200, wwwAuthenticate: [], body: '{"auth":null}' };

/** 200 from a route behind a scope or claims guard. */
export const granted: Answer = { ...json, status: 200, wwwAuthenticate: [], body: '{"granted":true}' };

/** 200 from `/public`. */
export const open: Answer = { ...json, status: 200, wwwAuthenticate: [], body: '{"public":true}' };

/** Returns the answer with the body of the application's error handler. */
export function handled(answer: Answer, code: string): Answer {
  return { ...answer, body: `{"handled":"${code}"}` };
}

/** Returns the answer without its body, as for a HEAD request. */
export function bodiless(answer: Answer): Answer {
  return { ...answer, body: '' };
}
