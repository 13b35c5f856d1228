import { TokenError, type TokenErrorCode } from '../errors.ts';

/** The error of a token that was issued for another purpose. */
export function typeFault(message: string): TokenError {
  return new TokenError('ERR_TOKEN_TYPE', message);
}

/** The error of an absent claim. */
export function missingFault(claim: string): TokenError {
  return new TokenError('ERR_CLAIM_MISSING', `The token has no claim "${claim}"`, { claim, reason: 'missing' });
}

/** The error of a claim whose value is not of the type that its specification defines. */
export function invalidFault(claim: string): TokenError {
  return new TokenError('ERR_CLAIM_INVALID', `The claim "${claim}" is of the wrong type`, { claim, reason: 'invalid' });
}

/** The error of a well-formed claim whose value is not an accepted one. */
export function mismatchFault(code: TokenErrorCode, claim: string, message: string): TokenError {
  return new TokenError(code, message, { claim, reason: 'mismatch' });
}
