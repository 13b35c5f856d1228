import type { Expectation, IssuerFetch } from './demo-request.ts';

const bearer = 'Bearer realm="api"';

/** The API accepts the request. */
export function granted(fetches: readonly IssuerFetch[] = [], status = 200): Expectation {
  return { status, fetches };
}

/** The request has no token. The challenge names the scheme and no error. */
export const unauthorized: Expectation = { status: 401, challenge: bearer };

export const malformed: Expectation = {
  status: 400,
  challenge: `${bearer}, error="invalid_request", error_description="The credentials are malformed"`,
};

export const expired: Expectation = {
  status: 401,
  challenge: `${bearer}, error="invalid_token", error_description="The access token expired"`,
};

/** The token is invalid. The answer does not reveal the reason. */
export function invalid(fetches: readonly IssuerFetch[] = []): Expectation {
  const challenge = `${bearer}, error="invalid_token", error_description="The access token is invalid"`;
  return { status: 401, challenge, fetches };
}

export function insufficient(scope: string): Expectation {
  const description = 'The access token lacks a required scope';
  const challenge = `${bearer}, error="insufficient_scope", error_description="${description}", scope="${scope}"`;
  return { status: 403, challenge };
}

/** The API cannot verify the token. No challenge, so that the client keeps a token that may be valid. */
export function unavailable(fetches: readonly IssuerFetch[]): Expectation {
  return { status: 503, retryAfter: true, fetches };
}
