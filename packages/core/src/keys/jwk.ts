import { type Algorithm, algorithms, allAlgorithms, parseAlgorithm } from '../crypto/algorithms.ts';
import { isBase64url } from '../crypto/base64url.ts';
import type { CryptoRuntime, PublicJwk } from '../runtime/crypto-runtime.ts';
import { isRocaModulus, isSmallPoint } from './weak-keys.ts';

/** A JSON Web Key Set (RFC 7517, section 5). */
export interface JSONWebKeySet {
  readonly keys: readonly JSONWebKey[];
}

/** A public key (RFC 7517, section 4). */
export interface JSONWebKey {
  readonly kty?: string | undefined;
  readonly [parameter: string]: unknown;
}

/** A key of a key set that signatures may be checked with. */
export interface UsableJwk {
  readonly kid: string | undefined;
  /** The one algorithm of the key; undefined for an RSA key that names none. */
  readonly alg: Algorithm | undefined;
  readonly jwk: PublicJwk;
}

type Members = Readonly<Record<string, unknown>>;

const minModulusBits = 2048;
// Checking a signature grows with the modulus; what is longer than this serves only to slow a verifier down.
const maxModulusBits = 16_384;
const coordinateLength: Readonly<Record<string, number>> = { 'P-256': 43, 'P-384': 64, 'P-521': 88, Ed25519: 43 };

/**
 * What a member of a key set is good for (RFC 7517, section 4), judged without importing it. Symmetric and private
 * keys, keys for encryption and weak keys are good for nothing here, nor is what the runtime cannot verify.
 *
 * @returns undefined where the key is not to be used.
 */
export function parseJwk(
  value: unknown,
  runtime: Pick<CryptoRuntime, 'supports' | 'decodeBase64url'>,
): UsableJwk | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const members = value as Members;
  if (hasPrivateParts(members) || !isForSignatures(members) || !isIdentifier(members['kid'])) return undefined;
  const alg = boundAlgorithm(members);
  if (alg === null || !allowsSomething(alg, runtime)) return undefined;
  const jwk = members['kty'] === 'RSA' ? rsaKey(members, runtime) : curveKey(members);
  return jwk === undefined ? undefined : { kid: members['kid'] as string | undefined, alg, jwk };
}

/** Whether a JWK holds what only its owner may know. */
export function hasPrivateParts(members: Members): boolean {
  return ['d', 'k', 'p', 'q', 'dp', 'dq', 'qi', 'oth'].some((name) => Object.hasOwn(members, name));
}

function isForSignatures({ use, key_ops: operations }: Members): boolean {
  if (use !== undefined && use !== 'sig') return false;
  return operations === undefined || (Array.isArray(operations) && operations.includes('verify'));
}

function isIdentifier(kid: unknown): boolean {
  return kid === undefined || typeof kid === 'string';
}

// null: the key names an algorithm that it cannot have, or is of a kind that is not used here.
function boundAlgorithm(members: Members): Algorithm | undefined | null {
  const { kty, crv, alg } = members;
  const named = parseAlgorithm(alg);
  if (alg !== undefined && named === undefined) return null;
  if (kty === 'RSA') return named === undefined || algorithms[named].kty === 'RSA' ? named : null;
  const ofCurve = allAlgorithms.find((name) => algorithms[name].kty === kty && algorithms[name].crv === crv);
  return ofCurve === undefined || (named !== undefined && named !== ofCurve) ? null : ofCurve;
}

function allowsSomething(alg: Algorithm | undefined, runtime: Pick<CryptoRuntime, 'supports'>): boolean {
  return runtime.supports(alg ?? 'RS256');
}

function rsaKey(members: Members, runtime: Pick<CryptoRuntime, 'decodeBase64url'>): PublicJwk | undefined {
  const { n, e } = members;
  if (!isEncoded(n) || !isEncoded(e)) return undefined;
  const modulus = runtime.decodeBase64url(n);
  const bits = bitLength(modulus);
  const isOdd = ((modulus.at(-1) ?? 0) & 1) === 1;
  if (bits < minModulusBits || bits > maxModulusBits || !isOdd || isRocaModulus(modulus)) return undefined;
  if (!isExponent(runtime.decodeBase64url(e))) return undefined;
  return Object.freeze({ kty: 'RSA', n, e });
}

// RFC 8017, section 3.1: odd, and at least 3. Longer than 64 bits nobody uses, and it makes checking slow.
function isExponent(bytes: Uint8Array): boolean {
  const bits = bitLength(bytes);
  return bits > 1 && bits <= 64 && ((bytes.at(-1) ?? 0) & 1) === 1;
}

function bitLength(bytes: Uint8Array): number {
  const start = bytes.findIndex((byte) => byte !== 0);
  if (start === -1) return 0;
  return (bytes.length - start) * 8 - (Math.clz32(bytes[start] ?? 0) - 24);
}

function curveKey({ kty, crv, x, y }: Members): PublicJwk | undefined {
  const length = coordinateLength[crv as string];
  if (!isEncoded(x) || x.length !== length) return undefined;
  if (kty === 'OKP') return isSmallPoint(x) ? undefined : Object.freeze({ kty, crv: crv as string, x });
  if (!isEncoded(y) || y.length !== length) return undefined;
  return Object.freeze({ kty: 'EC', crv: crv as string, x, y });
}

// A decoder may throw for what is not, and one bad member must not cost the others.
function isEncoded(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && isBase64url(value);
}
