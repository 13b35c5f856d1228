import type { AnyAuthError, AuthErrorCode, ClaimFault } from '../errors.ts';

/** A refused request for a log: plain data without tokens, keys or claim values. */
export interface RefusalEntry {
  readonly code: AuthErrorCode;
  /** The HTTP status of the answer. */
  readonly status: number;
  /** The name of the claim that is the reason; absent for other refusals. */
  readonly claim?: string;
  /** The fault of the claim. */
  readonly reason?: ClaimFault;
  /** The trusted issuer of the token; absent if it named none. */
  readonly issuer?: string;
}

/** The log entry for an error. */
export function refusalEntry(error: AnyAuthError, issuer: string | undefined): RefusalEntry {
  const { code, status } = error;
  const claim = 'claim' in error ? error.claim : undefined;
  const reason = 'reason' in error ? error.reason : undefined;
  return {
    code,
    status,
    ...(claim === undefined ? {} : { claim }),
    ...(reason === undefined ? {} : { reason }),
    ...(issuer === undefined ? {} : { issuer }),
  };
}
