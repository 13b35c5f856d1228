import { constants, sign } from 'node:crypto';
import { type Algorithm, algorithms } from '../../src/crypto/algorithms.ts';
import { signWith, type TestKey } from '../support/test-key.ts';

/** A signature that must not be accepted, and what is wrong with it. */
export interface BadSignature {
  readonly flaw: string;
  readonly signature: Uint8Array;
}

// SEC 2, version 2.0: the order of each curve, and the prime of its field.
const curves = {
  'P-256': {
    length: 32,
    order: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
    prime: 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn,
  },
  'P-384': {
    length: 48,
    order: 0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
    prime: 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffffn,
  },
  'P-521': { length: 66, order: 0n, prime: 2n ** 521n - 1n },
};
curves['P-521'].order =
  0x01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409n;

// RFC 8032, section 5.1: the order of the base point.
const ed25519Order = 2n ** 252n + 27742317777372353535851937790883648493n;

const otherHash: Readonly<Partial<Record<Algorithm, Algorithm>>> = {
  RS256: 'RS384',
  RS384: 'RS512',
  RS512: 'RS256',
  PS256: 'PS384',
  PS384: 'PS512',
  PS512: 'PS256',
  ES256: 'ES384',
  ES384: 'ES512',
  ES512: 'ES256',
};

const otherPadding: Readonly<Partial<Record<Algorithm, Algorithm>>> = {
  RS256: 'PS256',
  RS384: 'PS384',
  RS512: 'PS512',
  PS256: 'RS256',
  PS384: 'RS384',
  PS512: 'RS512',
};

/** Every kind of bad signature over a text. */
export function badSignatures(key: TestKey, other: TestKey, input: string): BadSignature[] {
  const good = key.sign(input);
  return [
    ...damaged(good),
    { flaw: 'of another key', signature: other.sign(input) },
    { flaw: 'over another text', signature: key.sign(`${input}A`) },
    ...ofOtherAlgorithms(key, input),
    ...(algorithms[key.alg].kty === 'EC' ? [...notInDer(key, input), ...outOfRange(key.alg, good)] : []),
    ...(key.alg === 'Ed25519' ? [{ flaw: 'with S beyond the order (malleable)', signature: malleable(good) }] : []),
  ];
}

function damaged(good: Buffer): BadSignature[] {
  const flipped = [0, good.length >> 1, good.length - 1].map((at) => ({
    flaw: `with a flipped bit in byte ${at}`,
    signature: good.map((byte, index) => (index === at ? byte ^ 1 : byte)),
  }));
  return [
    ...flipped,
    { flaw: 'truncated by a byte', signature: good.subarray(0, -1) },
    { flaw: 'cut in half', signature: good.subarray(0, good.length / 2) },
    { flaw: 'longer by a byte', signature: Buffer.concat([good, Buffer.alloc(1)]) },
    { flaw: 'with a zero byte in front', signature: Buffer.concat([Buffer.alloc(1), good]) },
    { flaw: 'empty', signature: new Uint8Array() },
    { flaw: 'of one byte', signature: new Uint8Array(1) },
    { flaw: 'all zero', signature: Buffer.alloc(good.length) },
    { flaw: 'all ones', signature: Buffer.alloc(good.length, 0xff) },
  ];
}

function ofOtherAlgorithms({ alg, privateKey }: TestKey, input: string): BadSignature[] {
  const flaws: BadSignature[] = [];
  const hash = otherHash[alg];
  const padding = otherPadding[alg];
  if (hash !== undefined) flaws.push({ flaw: 'over another hash', signature: signWith(hash, privateKey, input) });
  if (padding !== undefined) {
    flaws.push({ flaw: 'of the other padding', signature: signWith(padding, privateKey, input) });
  }
  if (algorithms[alg].padding === 'pss') {
    const options = { key: privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 0 };
    flaws.push({ flaw: 'without a salt', signature: sign(algorithms[alg].hash, Buffer.from(input), options) });
  }
  return flaws;
}

function notInDer({ alg, privateKey }: TestKey, input: string): BadSignature[] {
  const der = sign(algorithms[alg].hash, Buffer.from(input), { key: privateKey, dsaEncoding: 'der' });
  const { signatureLength } = algorithms[alg];
  const padded = Buffer.concat([der, Buffer.alloc(256)]).subarray(0, signatureLength ?? 0);
  return [
    { flaw: 'encoded in DER', signature: der },
    { flaw: 'encoded in DER, at the right length', signature: padded },
  ];
}

// CVE-2022-21449: a check that lets zero, or a multiple of the order, through accepts any text.
function outOfRange(alg: Algorithm, good: Buffer): BadSignature[] {
  const { crv } = algorithms[alg];
  if (crv === null || crv === 'Ed25519') return [];
  const { length, order, prime } = curves[crv];
  const numbers = { 0: 0n, 1: 1n, 'n-1': order - 1n, n: order, 'n+1': order + 1n, p: prime };
  const parts = Object.entries(numbers).map(([name, value]) => [name, bytesOf(value, length)] as const);
  const pairs = parts.flatMap(([r, left]) => parts.map(([s, right]) => ({ flaw: `with r=${r}, s=${s}`, left, right })));
  const halves = parts.flatMap(([name, bytes]) => [
    { flaw: `with r=${name}`, left: bytes, right: good.subarray(length) },
    { flaw: `with s=${name}`, left: good.subarray(0, length), right: bytes },
  ]);
  return [...pairs, ...halves].map(({ flaw, left, right }) => ({ flaw, signature: Buffer.concat([left, right]) }));
}

function bytesOf(value: bigint, length: number): Buffer {
  return Buffer.from(value.toString(16).padStart(length * 2, '0'), 'hex');
}

// RFC 8032, section 5.1.7: S is below the order, or the same text has more than one signature.
function malleable(good: Buffer): Buffer {
  const s = BigInt(`0x${Buffer.from(good.subarray(32)).reverse().toString('hex')}`) + ed25519Order;
  return Buffer.concat([good.subarray(0, 32), bytesOf(s, 32).reverse()]);
}
