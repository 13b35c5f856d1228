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

/** The key type, hash, padding and signature length of an algorithm. */
export interface AlgorithmFacts {
  readonly kty: 'RSA' | 'EC' | 'OKP';
  readonly hash: 'sha256' | 'sha384' | 'sha512' | null;
  readonly padding: 'pkcs1' | 'pss' | null;
  /** The curve of the key, by its JWK name. */
  readonly crv: 'P-256' | 'P-384' | 'P-521' | 'Ed25519' | null;
  /** The length of a signature in bytes; null if it depends on the key. */
  readonly signatureLength: number | null;
}

const rsa = (padding: 'pkcs1' | 'pss', hash: 'sha256' | 'sha384' | 'sha512'): AlgorithmFacts =>
  Object.freeze({ kty: 'RSA', hash, padding, crv: null, signatureLength: null });

const ecdsa = (
  crv: 'P-256' | 'P-384' | 'P-521',
  hash: 'sha256' | 'sha384' | 'sha512',
  signatureLength: number,
): AlgorithmFacts => Object.freeze({ kty: 'EC', hash, padding: null, crv, signatureLength });

/**
 * Every algorithm that can be verified. Without `none` and HMAC in it, no option can allow them. A new row is not
 * accepted by default: see {@link defaultAlgorithms}.
 */
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

/** Every algorithm of the table: those that the option `algorithms` can name. */
export const allAlgorithms: readonly Algorithm[] = Object.freeze(Object.keys(algorithms) as Algorithm[]);

/** The algorithms that are accepted if the option `algorithms` is absent. */
export const defaultAlgorithms: readonly Algorithm[] = Object.freeze([
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'Ed25519',
]);

// RFC 9864, section 2.2: EdDSA with a key on the curve Ed25519.
const byName: ReadonlyMap<unknown, Algorithm> = new Map([
  ...allAlgorithms.map((name) => [name, name] as const),
  ['EdDSA', 'Ed25519'],
]);

/** Parses the name of an algorithm in a header, key or option; case-sensitive. Returns undefined for any other value. */
export function parseAlgorithm(name: unknown): Algorithm | undefined {
  return byName.get(name);
}

/** The algorithms that a verifier accepts. */
export interface AcceptedAlgorithms {
  /** Each accepted algorithm by its names in a header; case-sensitive. */
  readonly byName: ReadonlyMap<unknown, Algorithm>;
  /** The algorithms of an RSA key without `alg`. */
  readonly unboundRsa: ReadonlySet<Algorithm>;
}

/**
 * Derives the tables of the accepted algorithms. An RSA key without `alg` verifies the RSA algorithms that the
 * application names, or RS256 if it names no algorithms.
 *
 * @param named - The option `algorithms`; undefined if absent.
 */
export function acceptAlgorithms(named: readonly Algorithm[] | undefined): AcceptedAlgorithms {
  const accepted = named ?? defaultAlgorithms;
  const unbound: readonly Algorithm[] = named ?? ['RS256'];
  return {
    byName: new Map([...byName].filter(([, algorithm]) => accepted.includes(algorithm))),
    unboundRsa: new Set(unbound.filter((name) => algorithms[name].kty === 'RSA')),
  };
}
