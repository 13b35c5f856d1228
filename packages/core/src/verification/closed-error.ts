import { UnavailableError } from '../errors.ts';

/** The error of every verification after `close()`. */
export function closedError(): UnavailableError {
  return new UnavailableError('ERR_CLOSED', 'The verifier was closed');
}
