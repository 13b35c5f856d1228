import { CredentialsMissingError } from '../errors.ts';
import type { RequestLike } from './request.ts';

// By identity: the code and the answer are those of any request without credentials.
const preflights = new WeakSet<object>();

/** The error for a request without credentials, which remembers whether the request was a CORS preflight. */
export function missingCredentials(request: RequestLike): CredentialsMissingError {
  if (!isPreflight(request)) return new CredentialsMissingError();
  const error = new CredentialsMissingError('The request is a CORS preflight, which has no bearer token');
  preflights.add(error);
  return error;
}

/** Whether the refused request was a CORS preflight. */
export function isPreflightError(error: object): boolean {
  return preflights.has(error);
}

// Browsers send a preflight without credentials (Fetch standard, section 4.8).
function isPreflight(request: RequestLike): boolean {
  return request.method === 'OPTIONS' && request.header('access-control-request-method').length > 0;
}
