import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { isRocaModulus, isSmallPoint } from '../../src/keys/weak-keys.ts';
import { edwardsPoints } from '../attacks/rows/edwards-points.ts';
import { rocaKey } from '../attacks/rows/roca-key.ts';
import { generateTestKey } from '../support/test-key.ts';

function modulusOf(jwk: { readonly n?: string | undefined }): Buffer {
  return Buffer.from(jwk.n ?? '', 'base64url');
}

describe('an RSA modulus', () => {
  it('[KEYS-WEAK] of a chip that makes guessable primes is known (CVE-2017-15361)', () => {
    expect(isRocaModulus(modulusOf(rocaKey().publicKey.export({ format: 'jwk' })))).toBe(true);
  });

  it('is judged by its rest for each prime: a number that is a power of 65537 for all of them is like one', () => {
    expect(isRocaModulus(Uint8Array.of(1))).toBe(true);
    expect(isRocaModulus(Uint8Array.of(1, 0, 1))).toBe(true);
    expect(isRocaModulus(Uint8Array.of(0, 1, 0, 1))).toBe(true);
    expect(isRocaModulus(Uint8Array.of(1, 0, 2))).toBe(false);
    expect(isRocaModulus(Uint8Array.of(167))).toBe(false);
    expect(isRocaModulus(Uint8Array.of(2))).toBe(false);
  });

  it('made as usual is not', () => {
    for (let round = 0; round < 5; round += 1) {
      const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
      expect(isRocaModulus(modulusOf(publicKey.export({ format: 'jwk' })))).toBe(false);
    }
  });
});

describe('an Ed25519 key', () => {
  it.each(Object.entries(edwardsPoints))('[KEYS-WEAK] of small order is known: %s', (_name, point) => {
    expect(isSmallPoint(point.toString('base64url'))).toBe(true);
  });

  it('made as usual is not of small order', () => {
    expect(isSmallPoint(String(generateTestKey('Ed25519').jwk['x']))).toBe(false);
    expect(isSmallPoint('')).toBe(false);
  });
});
