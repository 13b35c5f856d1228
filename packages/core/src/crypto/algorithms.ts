/** A signature algorithm that this package verifies (RFC 7518, section 3.1; RFC 9864). */
export type Algorithm =
  | 'RS256'
  | 'RS384'
  | 'RS512'
  | 'PS256'
  | 'PS384'
  | 'PS512'
  | 'ES256'
  | 'ES384'
  | 'ES512'
  | 'Ed25519';

/** What an algorithm asks of a key and of a signature. */
export interface AlgorithmFacts {
  readonly kty: 'RSA' | 'EC' | 'OKP';
  readonly hash: 'sha256' | 'sha384' | 'sha512' | null;
  readonly padding: 'pkcs1' | 'pss' | null;
  /** The curve of the key, by its JWK name. */
  readonly crv: 'P-256' | 'P-384' | 'P-521' | 'Ed25519' | null;
  /** The length of a signature in bytes, where the algorithm alone decides it. */
  readonly signatureLength: number | null;
}

const rsa = (padding: 'pkcs1' | 'pss', hash: 'sha256' | 'sha384' | 'sha512'): AlgorithmFacts =>
  Object.freeze({ kty: 'RSA', hash, padding, crv: null, signatureLength: null });

const ecdsa = (
  crv: 'P-256' | 'P-384' | 'P-521',
  hash: 'sha256' | 'sha384' | 'sha512',
  signatureLength: number,
): AlgorithmFacts => Object.freeze({ kty: 'EC', hash, padding: null, crv, signatureLength });

/** The one table of algorithms. There is no `none` and no HMAC in it, and so no way to allow either. */
export const algorithms: Readonly<Record<Algorithm, AlgorithmFacts>> = Object.freeze({
  RS256: rsa('pkcs1', 'sha256'),
  RS384: rsa('pkcs1', 'sha384'),
  RS512: rsa('pkcs1', 'sha512'),
  PS256: rsa('pss', 'sha256'),
  PS384: rsa('pss', 'sha384'),
  PS512: rsa('pss', 'sha512'),
  ES256: ecdsa('P-256', 'sha256', 64),
  ES384: ecdsa('P-384', 'sha384', 96),
  ES512: ecdsa('P-521', 'sha512', 132),
  Ed25519: Object.freeze({ kty: 'OKP', hash: null, padding: null, crv: 'Ed25519', signatureLength: 64 }),
});

/** Every algorithm of the table, which is also the default of `algorithms`. */
export const allAlgorithms: readonly Algorithm[] = Object.freeze(Object.keys(algorithms) as Algorithm[]);

// RFC 9864, section 2.2: EdDSA is Ed25519, where the key is of that curve.
const byName: ReadonlyMap<unknown, Algorithm> = new Map([
  ...allAlgorithms.map((name) => [name, name] as const),
  ['EdDSA', 'Ed25519'],
]);

/** An algorithm by the name that a header, a key or an option gives it, or undefined; names are case-sensitive. */
export function parseAlgorithm(name: unknown): Algorithm | undefined {
  return byName.get(name);
}

/** The algorithms that a verifier accepts. */
export interface AcceptedAlgorithms {
  accepts(algorithm: Algorithm): boolean;
  /** What an RSA key that names no algorithm is used with: each key has exactly one. */
  readonly unboundRsa: Algorithm;
}

/** Fixes which algorithms are accepted, and with it what an RSA key without `alg` is good for. */
export function acceptAlgorithms(accepted: readonly Algorithm[]): AcceptedAlgorithms {
  const set = new Set(accepted);
  const [onlyRsa, ...moreRsa] = [...set].filter((name) => algorithms[name].kty === 'RSA');
  const unboundRsa = onlyRsa !== undefined && moreRsa.length === 0 ? onlyRsa : 'RS256';
  return { accepts: (algorithm) => set.has(algorithm), unboundRsa };
}
