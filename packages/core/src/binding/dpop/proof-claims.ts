import { isSameText } from '../../crypto/same-text.ts';
import { ProofError } from '../../errors.ts';
import type { UnverifiedClaims } from '../../token/compact-jws.ts';
import { readClaim } from '../../token/compact-jws.ts';
import { isTarget } from './proof-target.ts';

/** The request and the token that a proof must name. */
export interface ProvedRequest {
  /** The HTTP method as sent. */
  readonly method: string;
  /** The request target as sent. */
  readonly target: string;
  /** SHA-256 of the access token, in base64url. */
  readonly tokenHash: string;
}

/** The claims of a proof that are needed after its signature. */
export interface ProofClaims {
  readonly jti: string;
  readonly iat: number;
  readonly nonce: string | undefined;
}

const maxIdLength = 1024;

/**
 * Validates the claims of a proof (RFC 9449, section 4.3, items 3, 8, 9 and 12), apart from the time, the nonce and replay.
 *
 * @param publicUrls - Normalized, without a slash at the end.
 * @throws ProofError with ERR_PROOF_CLAIM that names the claim.
 */
export function readProofClaims(
  claims: UnverifiedClaims,
  { method, target, tokenHash }: ProvedRequest,
  publicUrls: readonly string[],
): ProofClaims {
  const jti = readClaim(claims, 'jti');
  const iat = readClaim(claims, 'iat');
  if (typeof jti !== 'string' || jti === '' || jti.length > maxIdLength) throw claimFault('jti');
  if (typeof iat !== 'number' || !Number.isFinite(iat)) throw claimFault('iat');
  const ath = readClaim(claims, 'ath');
  if (typeof ath !== 'string' || !isSameText(tokenHash, ath)) throw claimFault('ath');
  // RFC 9110, section 9.1: methods are case-sensitive.
  if (readClaim(claims, 'htm') !== method) throw claimFault('htm');
  const htu = readClaim(claims, 'htu');
  if (typeof htu !== 'string' || !isTarget(htu, publicUrls, target)) throw claimFault('htu');
  const nonce = readClaim(claims, 'nonce');
  if (nonce !== undefined && typeof nonce !== 'string') throw claimFault('nonce');
  return { jti, iat, nonce };
}

function claimFault(claim: string): ProofError {
  return new ProofError('ERR_PROOF_CLAIM', `The claim ${claim} of the proof is missing, or does not fit the request`, {
    claim,
  });
}
