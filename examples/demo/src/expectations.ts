import type { Contact, Expectation } from './question.ts';

const bearer = 'Bearer realm="api"';

/** The request is let in. */
export function granted(contacts: readonly Contact[] = [], status = 200): Expectation {
  return { status, contacts };
}

/** No token came: the challenge says what is wanted, and that nothing was wrong. */
export const unauthorized: Expectation = { status: 401, challenge: bearer };

export const malformed: Expectation = {
  status: 400,
  challenge: `${bearer}, error="invalid_request", error_description="The Authorization header is malformed"`,
};

export const expired: Expectation = {
  status: 401,
  challenge: `${bearer}, error="invalid_token", error_description="The access token expired"`,
};

/** The token is refused; the answer is the same whatever is wrong with it. */
export function invalid(contacts: readonly Contact[] = []): Expectation {
  const challenge = `${bearer}, error="invalid_token", error_description="The access token is invalid"`;
  return { status: 401, challenge, contacts };
}

export function insufficient(scope: string): Expectation {
  const description = 'The access token lacks a required scope';
  const challenge = `${bearer}, error="insufficient_scope", error_description="${description}", scope="${scope}"`;
  return { status: 403, challenge };
}

/** No challenge: the token may be good, and the client shall keep it. */
export function unavailable(contacts: readonly Contact[]): Expectation {
  return { status: 503, retryAfter: true, contacts };
}
