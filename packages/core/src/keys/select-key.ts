import { TokenError } from '../errors.ts';
import type { PublishedKey, Selection } from './key-set.ts';

/**
 * The key of a selection.
 *
 * @throws TokenError where there is not exactly one.
 */
export function selectedKey({ key, fault }: Selection): PublishedKey {
  if (key !== undefined) return key;
  if (fault === 'ambiguous') {
    throw new TokenError('ERR_KEY_AMBIGUOUS', 'More than one key of the issuer fits the header of the token');
  }
  if (fault === 'other-algorithm') {
    throw new TokenError('ERR_ALG_NOT_ALLOWED', 'The key that the token names is for another algorithm');
  }
  throw new TokenError('ERR_KEY_NOT_FOUND', 'The issuer has no key that fits the header of the token');
}
