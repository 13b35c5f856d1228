import type { AuthErrorCode } from '@verifier/core';

/** The results that `verifier_authentications_total` counts. */
export type Result = 'success' | 'expired' | 'invalid' | 'error';

type RefusedResult = Exclude<Result, 'success'>;

/**
 * The result for each known error code. Codes are label values, so only these are published; others are `other`. A test
 * compares the table with the codes of core.
 */
export const resultOfCode: Readonly<Partial<Record<AuthErrorCode, RefusedResult>>> = {
  ERR_CREDENTIALS_MISSING: 'invalid',
  ERR_CREDENTIALS_MALFORMED: 'invalid',
  ERR_CREDENTIALS_REPEATED: 'invalid',
  ERR_TOKEN_MALFORMED: 'invalid',
  ERR_TOKEN_TOO_LARGE: 'invalid',
  ERR_TOKEN_TYPE: 'invalid',
  ERR_ALG_NOT_ALLOWED: 'invalid',
  ERR_CRIT_UNSUPPORTED: 'invalid',
  ERR_ISSUER_UNKNOWN: 'invalid',
  ERR_KEY_NOT_FOUND: 'invalid',
  ERR_KEY_AMBIGUOUS: 'invalid',
  ERR_SIGNATURE_INVALID: 'invalid',
  ERR_TOKEN_EXPIRED: 'expired',
  ERR_TOKEN_NOT_YET_VALID: 'invalid',
  ERR_TOKEN_TOO_OLD: 'invalid',
  ERR_AUDIENCE_MISMATCH: 'invalid',
  ERR_CLAIM_MISSING: 'invalid',
  ERR_CLAIM_INVALID: 'invalid',
  ERR_BINDING_REQUIRED: 'invalid',
  ERR_BINDING_MISMATCH: 'invalid',
  ERR_TOKEN_REJECTED: 'invalid',
  ERR_PROOF_MISSING: 'invalid',
  ERR_PROOF_REPEATED: 'invalid',
  ERR_PROOF_MALFORMED: 'invalid',
  ERR_PROOF_ALG: 'invalid',
  ERR_PROOF_KEY: 'invalid',
  ERR_PROOF_CLAIM: 'invalid',
  ERR_PROOF_SIGNATURE: 'invalid',
  ERR_PROOF_TIME: 'invalid',
  ERR_PROOF_REPLAYED: 'invalid',
  ERR_PROOF_NONCE: 'invalid',
  ERR_AUTHENTICATION_INSUFFICIENT: 'invalid',
  ERR_SCOPE_INSUFFICIENT: 'invalid',
  ERR_CLAIMS_INSUFFICIENT: 'invalid',
  ERR_KEY_SET_UNAVAILABLE: 'error',
  ERR_KEY_SET_INVALID: 'error',
  ERR_KEY_SET_NOT_READY: 'error',
  ERR_DISCOVERY_FAILED: 'error',
  ERR_DISCOVERY_ISSUER_MISMATCH: 'error',
  ERR_ISSUER_LOOKUP_FAILED: 'error',
  ERR_REPLAY_STORE_UNAVAILABLE: 'error',
  ERR_BUSY: 'error',
  ERR_CLOSED: 'error',
};
