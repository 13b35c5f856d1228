import { isSameText } from '../../crypto/same-text.ts';
import { ProofError } from '../../errors.ts';
import type { UnverifiedClaims } from '../../token/compact-jws.ts';
import { readClaim } from '../../token/compact-jws.ts';
import { namesUri } from './proof-target.ts';

/** The request and the token that a proof must name. */
export interface ProofContext {
  /** The HTTP method as sent. */
  readonly method: string;
  /** Normalized; `htu` must name one of them. */
  readonly uris: readonly string[];
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
 * @throws ProofError with ERR_PROOF_CLAIM that names the claim.
 */
export function readProofClaims(claims: UnverifiedClaims, { method, uris, tokenHash }: ProofContext): ProofClaims {
  const jti = readClaim(claims, 'jti');
  const iat = readClaim(claims, 'iat');
  const nonce = readClaim(claims, 'nonce');
  if (typeof jti !== 'string' || jti === '' || jti.length > maxIdLength) throw claimFault('jti', jti);
  if (typeof iat !== 'number' || !Number.isFinite(iat)) throw claimFault('iat', iat);
  if (nonce !== undefined && typeof nonce !== 'string') throw claimFault('nonce', nonce);
  const ath = readClaim(claims, 'ath');
  if (typeof ath !== 'string' || !isSameText(tokenHash, ath)) throw claimFault('ath', ath);
  // RFC 9110, section 9.1: methods are case-sensitive.
  const htm = readClaim(claims, 'htm');
  if (htm !== method) throw claimFault('htm', htm);
  const htu = readClaim(claims, 'htu');
  if (typeof htu !== 'string' || !namesUri(htu, uris)) throw claimFault('htu', htu);
  return { jti, iat, nonce };
}

function claimFault(claim: string, value: unknown): ProofError {
  const message = `The claim ${claim} of the proof is missing, or does not fit the request`;
  return new ProofError('ERR_PROOF_CLAIM', message, { claim, reason: value === undefined ? 'missing' : 'mismatch' });
}
