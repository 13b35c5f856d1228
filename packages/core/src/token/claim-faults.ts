import { TokenError, type TokenErrorCode } from '../errors.ts';

/** The token was made for another purpose. */
export function wrongType(message: string): TokenError {
  return new TokenError('ERR_TOKEN_TYPE', message);
}

/** A claim is not there. */
export function missing(claim: string): TokenError {
  return new TokenError('ERR_CLAIM_MISSING', `The token has no claim "${claim}"`, { claim, reason: 'missing' });
}

/** A claim is not of the type that it has by its definition. */
export function invalid(claim: string): TokenError {
  return new TokenError('ERR_CLAIM_INVALID', `The claim "${claim}" has a form that it cannot have`, {
    claim,
    reason: 'invalid',
  });
}

/** A claim does not say what is demanded. */
export function mismatch(code: TokenErrorCode, claim: string, message: string): TokenError {
  return new TokenError(code, message, { claim, reason: 'mismatch' });
}
