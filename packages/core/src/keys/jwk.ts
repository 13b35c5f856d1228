import { type Algorithm, algorithms, allAlgorithms, parseAlgorithm } from '../crypto/algorithms.ts';
import { isBase64url } from '../crypto/base64url.ts';
import type { CryptoRuntime, PublicJwk } from '../runtime/crypto-runtime.ts';
import { isRocaModulus, isSmallPoint } from './weak-keys.ts';

/** A JSON Web Key Set (RFC 7517, section 5). */
export interface JSONWebKeySet {
  readonly keys: readonly JSONWebKey[];
}

/**
 * A public key (RFC 7517, section 4). The keys that Node.js, WebCrypto and jose export have this type. Other members are
 * ignored; a private or symmetric key is refused.
 */
export interface JSONWebKey {
  /** The type of the key: `RSA`, `EC` or `OKP`. */
  readonly kty?: string | undefined;
  /** The identifier of the key, compared with `kid` in the header of a token. */
  readonly kid?: string | null | undefined;
  /** The only algorithm of the key. */
  readonly alg?: string | null | undefined;
  /** `sig` for a key that verifies signatures. */
  readonly use?: string | null | undefined;
  /** Includes `verify` for a key that verifies signatures. */
  readonly key_ops?: readonly string[] | null | undefined;
  /** The curve of an `EC` or `OKP` key. */
  readonly crv?: string | undefined;
  readonly x?: string | undefined;
  readonly y?: string | undefined;
  /** The modulus of an RSA key. */
  readonly n?: string | undefined;
  /** The exponent of an RSA key. */
  readonly e?: string | undefined;
  readonly x5c?: readonly string[] | null | undefined;
  readonly x5u?: string | null | undefined;
  readonly x5t?: string | null | undefined;
  readonly 'x5t#S256'?: string | null | undefined;
  /** Written by WebCrypto; ignored. */
  readonly ext?: boolean | undefined;
}

/** A key that verifies signatures. */
export interface UsableJwk {
  readonly kid: string | undefined;
  /** The one algorithm of the key; undefined for an RSA key without `alg`. */
  readonly alg: Algorithm | undefined;
  readonly jwk: PublicJwk;
  readonly thumbprints: Thumbprints;
}

/** The thumbprints in a JWK, or in the header of a token, before any check (RFC 7517, sections 4.8 and 4.9). */
export interface PublishedThumbprints {
  readonly x5t?: unknown;
  readonly 'x5t#S256'?: unknown;
}

/** The SHA-1 and SHA-256 thumbprints of the certificate of a key. */
export interface Thumbprints {
  readonly x5t: string | undefined;
  readonly x5tS256: string | undefined;
}

type Members = Readonly<Record<string, unknown>>;

const minModulusBits = 2048;
// The cost of a verification grows with the square of the modulus, and with the exponent. Longer ones only slow
// verifiers down.
const maxModulusBits = 8192;
const maxExponentBits = 32;
const coordinateLength: Readonly<Record<string, number>> = { 'P-256': 43, 'P-384': 64, 'P-521': 88, Ed25519: 43 };

/**
 * Parses a member of a key set (RFC 7517, section 4), without importing it.
 *
 * @returns undefined if it is not usable: a symmetric, private, encryption or weak key, or one whose algorithm the
 *   runtime does not support.
 */
export function parseJwk(
  value: unknown,
  runtime: Pick<CryptoRuntime, 'supports' | 'decodeBase64url'>,
): UsableJwk | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const members = value as Members;
  if (hasPrivateParts(members) || !isForSignatures(members) || !isIdentifier(members['kid'])) return undefined;
  const alg = boundAlgorithm(members);
  if (alg === null || !isSupported(alg, runtime)) return undefined;
  const jwk = members['kty'] === 'RSA' ? rsaKey(members, runtime) : curveKey(members);
  if (jwk === undefined) return undefined;
  return { kid: asText(members['kid']), alg, jwk, thumbprints: readThumbprints(members) };
}

/** Reads the certificate thumbprints of a JWK, or of the header of a token, whose names are the same. */
export function readThumbprints({ x5t, 'x5t#S256': x5tS256 }: PublishedThumbprints): Thumbprints {
  return { x5t: asText(x5t) || undefined, x5tS256: asText(x5tS256) || undefined };
}

/** Whether a JWK contains private or symmetric key material. */
export function hasPrivateParts(jwk: object): boolean {
  const members = jwk as Members;
  return ['d', 'k', 'p', 'q', 'dp', 'dq', 'qi', 'oth'].some(
    (name) => Object.hasOwn(members, name) && !isAbsent(members[name]),
  );
}

// Some servers write every member of their model, whether it has a value or not.
function isAbsent(value: unknown): boolean {
  return value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);
}

function isForSignatures({ use, key_ops: operations }: Members): boolean {
  if (!isAbsent(use) && use !== 'sig') return false;
  return isAbsent(operations) || (isListOfOperations(operations) && operations.includes('verify'));
}

// RFC 7517, section 4.3: texts, each of them once.
function isListOfOperations(value: unknown): value is readonly string[] {
  if (!Array.isArray(value) || !value.every((operation) => typeof operation === 'string')) return false;
  return new Set(value).size === value.length;
}

// An empty identifier is one: the tokens of such a key name it.
function isIdentifier(kid: unknown): boolean {
  return isAbsent(kid) || typeof kid === 'string';
}

function asText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

// null: the algorithm does not fit the key, or the key type or curve is not supported.
function boundAlgorithm(members: Members): Algorithm | undefined | null {
  const { kty, crv, alg } = members;
  const named = parseAlgorithm(alg);
  if (!isAbsent(alg) && named === undefined) return null;
  if (kty === 'RSA') return named === undefined || algorithms[named].kty === 'RSA' ? named : null;
  const ofCurve = allAlgorithms.find((name) => algorithms[name].kty === kty && algorithms[name].crv === crv);
  return ofCurve === undefined || (named !== undefined && named !== ofCurve) ? null : ofCurve;
}

function isSupported(alg: Algorithm | undefined, runtime: Pick<CryptoRuntime, 'supports'>): boolean {
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

// RFC 8017, section 3.1: odd, and at least 3.
function isExponent(bytes: Uint8Array): boolean {
  const bits = bitLength(bytes);
  return bits > 1 && bits <= maxExponentBits && ((bytes.at(-1) ?? 0) & 1) === 1;
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

// The decoder may throw for other text, and one bad member must not invalidate the set.
function isEncoded(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && isBase64url(value);
}
