import { TokenError } from '../errors.ts';
import type { Selection } from './key-set.ts';

/** The error for a token whose header does not select exactly one key. */
export function denySelection(fault: NonNullable<Selection['fault']>): TokenError {
  if (fault === 'ambiguous') {
    return new TokenError('ERR_KEY_AMBIGUOUS', 'More than one key of the issuer fits the header of the token');
  }
  if (fault === 'other-algorithm') {
    return new TokenError('ERR_ALG_NOT_ALLOWED', 'The key that the token names is for another algorithm');
  }
  return new TokenError('ERR_KEY_NOT_FOUND', 'The issuer has no key that fits the header of the token');
}
