import { type Answer, issuerPlaceholder } from './answer.ts';
import type { AuthBody } from './app.ts';

const json = { retryAfter: 'absent', mediaType: 'application/json' } as const;

/** 401: nothing was sent that counts as credentials. */
export const anonymous: Answer = {
  ...json,
  status: 401,
  wwwAuthenticate: ['Bearer realm="api"'],
  body: '{"error":"unauthorized","error_description":"The request has no access token"}',
};

/** 400: the credentials are not of the form that RFC 6750 gives them. */
export const malformed: Answer = {
  ...json,
  status: 400,
  wwwAuthenticate: [
    'Bearer realm="api", error="invalid_request", error_description="The Authorization header is malformed"',
  ],
  body: '{"error":"invalid_request","error_description":"The Authorization header is malformed"}',
};

/** 400: there is more than one set of credentials. */
export const repeated: Answer = {
  ...json,
  status: 400,
  wwwAuthenticate: [
    'Bearer realm="api", error="invalid_request", error_description="The request has more than one set of credentials"',
  ],
  body: '{"error":"invalid_request","error_description":"The request has more than one set of credentials"}',
};

/** 401: the token is refused, for whatever reason. */
export const invalid: Answer = {
  ...json,
  status: 401,
  wwwAuthenticate: ['Bearer realm="api", error="invalid_token", error_description="The access token is invalid"'],
  body: '{"error":"invalid_token","error_description":"The access token is invalid"}',
};

/** 401: the token expired, which a client may be told. */
export const expired: Answer = {
  ...json,
  status: 401,
  wwwAuthenticate: ['Bearer realm="api", error="invalid_token", error_description="The access token expired"'],
  body: '{"error":"invalid_token","error_description":"The access token expired"}',
};

/** 403: the token lacks a scope of those listed. */
export function scopeMissing(scope: string): Answer {
  const challenge = 'error="insufficient_scope", error_description="The access token lacks a required scope"';
  return {
    ...json,
    status: 403,
    wwwAuthenticate: [`Bearer realm="api", ${challenge}, scope="${scope}"`],
    body: '{"error":"insufficient_scope","error_description":"The access token lacks a required scope"}',
  };
}

/** 403: the claims of the token are not what the route demands. */
export const claimsInsufficient: Answer = {
  ...json,
  status: 403,
  wwwAuthenticate: [
    'Bearer realm="api", error="insufficient_scope", error_description="The access token does not permit this request"',
  ],
  body: '{"error":"insufficient_scope","error_description":"The access token does not permit this request"}',
};

/** 503: the token cannot be judged now, which says nothing about it. */
export const unavailable: Answer = {
  status: 503,
  wwwAuthenticate: [],
  retryAfter: 'from 1 to 300 seconds',
  mediaType: 'application/json',
  body: '{"error":"temporarily_unavailable","error_description":"The access token cannot be verified at the moment"}',
};

/** 200 from `/protected`, with the good token but for what is given. */
export function admitted(differences: Partial<NonNullable<AuthBody['auth']>> = {}): Answer {
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
export const admittedAnonymous: Answer = { ...json, status: 200, wwwAuthenticate: [], body: '{"auth":null}' };

/** 200 from a route behind a scope or claims guard. */
export const granted: Answer = { ...json, status: 200, wwwAuthenticate: [], body: '{"granted":true}' };

/** 200 from `/public`. */
export const open: Answer = { ...json, status: 200, wwwAuthenticate: [], body: '{"public":true}' };

/** The same answer with the body of the application's own error handler. */
export function handled(answer: Answer, code: string): Answer {
  return { ...answer, body: `{"handled":"${code}"}` };
}

/** The same answer without its body, as to a HEAD request. */
export function bodiless(answer: Answer): Answer {
  return { ...answer, body: '' };
}
