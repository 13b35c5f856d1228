import { TokenError } from '../errors.ts';

/**
 * Denies a token that is bound to a key (RFC 7800, section 3.1), because the request does not prove possession of the key.
 * Without the options `dpop` and `mtls`, that is every bound token.
 */
export function denyUnprovedBinding(): TokenError {
  return new TokenError('ERR_BINDING_REQUIRED', 'The token is bound to a key and was sent as a bearer token', {
    claim: 'cnf',
    reason: 'mismatch',
  });
}
