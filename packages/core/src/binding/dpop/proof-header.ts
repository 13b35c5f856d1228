import { ProofError } from '../../errors.ts';
import type { RequestLike } from '../../request/request.ts';

const maxProofLength = 8192;

/**
 * Reads the proof of a request (RFC 9449, section 4.3, items 1 and 2): the one value of its header `DPoP`.
 *
 * @throws ProofError if the header is absent, or repeated, or too long. Node.js and the Fetch API join repeated headers with a
 *   comma.
 */
export function readProof(request: RequestLike): string {
  const values = request.header('dpop');
  const [proof] = values;
  if (proof === undefined || proof === '') throw new ProofError('ERR_PROOF_MISSING', 'The request has no DPoP proof');
  if (values.length > 1 || proof.includes(',')) {
    throw new ProofError('ERR_PROOF_REPEATED', 'The request has more than one DPoP proof');
  }
  if (proof.length > maxProofLength) {
    throw new ProofError('ERR_PROOF_MALFORMED', `The proof is longer than ${maxProofLength} characters`);
  }
  return proof;
}
