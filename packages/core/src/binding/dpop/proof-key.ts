import type { AcceptedAlgorithms, Algorithm } from '../../crypto/algorithms.ts';
import { encodeBinary } from '../../crypto/base64url.ts';
import { isSameText } from '../../crypto/same-text.ts';
import { ProofError, TokenError } from '../../errors.ts';
import { parseJwk } from '../../keys/jwk.ts';
import { andThen, type MaybePromise } from '../../lib/maybe-promise.ts';
import type { CryptoRuntime, PublicJwk } from '../../runtime/crypto-runtime.ts';
import { mediaTypeOf } from '../../token/compact-jws.ts';
import type { JwsHeader } from '../../token/verified-token.ts';

/** The key in the header of a proof. It is not imported, and only its form is validated. */
export interface ProofKey {
  readonly algorithm: Algorithm;
  readonly jwk: PublicJwk;
}

const privateMembers = ['d', 'k', 'p', 'q', 'dp', 'dq', 'qi', 'oth'];

/**
 * Reads the key from the header of a proof (RFC 9449, section 4.3, items 4, 5 and 7). A key is public, of the type of its
 * algorithm, and as strong as the key of an issuer must be.
 *
 * @throws ProofError if the header is not that of a proof, or its algorithm or key is not accepted.
 */
export function readProofKey(
  header: JwsHeader,
  accepted: AcceptedAlgorithms,
  runtime: Pick<CryptoRuntime, 'supports' | 'decodeBase64url'>,
): ProofKey {
  if (mediaTypeOf(header) !== 'dpop+jwt') {
    throw new ProofError('ERR_PROOF_MALFORMED', 'The type in the header of the proof is not dpop+jwt');
  }
  const algorithm = accepted.byName.get(header.alg);
  if (algorithm === undefined) throw new ProofError('ERR_PROOF_ALG', 'The algorithm of the proof is not accepted here');
  const jwk: unknown = Object.hasOwn(header, 'jwk') ? header['jwk'] : undefined;
  const usable = hasPrivateMember(jwk) ? undefined : parseJwk(jwk, runtime);
  if (usable === undefined || !fits(usable.jwk, usable.alg, algorithm)) {
    throw new ProofError('ERR_PROOF_KEY', 'The key in the header of the proof is not a public key of its algorithm');
  }
  return { algorithm, jwk: usable.jwk };
}

function hasPrivateMember(jwk: unknown): boolean {
  return privateMembers.some((name) => Object.hasOwn(Object(jwk), name));
}

function fits({ kty }: PublicJwk, bound: Algorithm | undefined, algorithm: Algorithm): boolean {
  return bound === undefined ? kty === 'RSA' && isRsa(algorithm) : bound === algorithm;
}

function isRsa(algorithm: Algorithm): boolean {
  return algorithm.startsWith('RS') || algorithm.startsWith('PS');
}

/**
 * Denies a key that is not the one that the token is bound to (RFC 9449, section 4.3, item 12), by its thumbprint (RFC
 * 7638). Takes a microsecond: the key of a stranger is never imported.
 */
export function denyOtherKey(
  { jwk }: ProofKey,
  jkt: string,
  runtime: Pick<CryptoRuntime, 'digest'>,
): MaybePromise<TokenError | undefined> {
  return andThen(runtime.digest(canonicalJwk(jwk)), (digest) =>
    isSameText(jkt, encodeBinary(digest))
      ? undefined
      : new TokenError('ERR_BINDING_MISMATCH', 'The token is bound to another key than that of the proof', {
          claim: 'cnf',
          reason: 'mismatch',
        }),
  );
}

// RFC 7638, section 3.2: the required members in the order of their names.
function canonicalJwk({ kty, crv, x, y, n, e }: PublicJwk): string {
  return JSON.stringify(kty === 'RSA' ? { e, kty, n } : { crv, kty, x, y });
}
