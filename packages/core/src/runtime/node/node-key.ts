import { constants, type KeyObject, type SigningOptions, verify } from 'node:crypto';
import { type Algorithm, algorithms } from '../../crypto/algorithms.ts';
import type { ImportedKey } from '../crypto-runtime.ts';

// Lengths of signatures, in bytes: RSA of 3072 bits, 50 µs; P-256 and Ed25519, 80 µs. P-384 takes eight times as long.
const maxFastRsa = 384;
const maxFastCurve = 64;

/** A public key that verifies by node:crypto. */
export class NodeKey implements ImportedKey {
  readonly signatureLength: number;
  readonly isFast: boolean;
  readonly #key: KeyObject;
  readonly #hash: string | null;

  constructor(key: KeyObject, algorithm: Algorithm, signatureLength: number) {
    // Node.js reads options from the key as well as from an object around it; the object costs Node.js 24 a third of the
    // time of an RS256 signature, on every verification.
    this.#key = Object.assign(key, optionsFor(algorithm));
    this.#hash = algorithms[algorithm].hash;
    this.signatureLength = signatureLength;
    this.isFast = signatureLength <= (algorithms[algorithm].kty === 'RSA' ? maxFastRsa : maxFastCurve);
  }

  verify(signingInput: string, signature: Uint8Array): boolean {
    if (signature.byteLength !== this.signatureLength) return false;
    return verify(this.#hash, Buffer.from(signingInput, 'latin1'), this.#key, signature);
  }

  verifyInParallel(signingInput: string, signature: Uint8Array): Promise<boolean> | boolean {
    if (signature.byteLength !== this.signatureLength) return false;
    return new Promise((resolve, reject) => {
      verify(this.#hash, Buffer.from(signingInput, 'latin1'), this.#key, signature, (error, isValid) => {
        if (error === null) resolve(isValid);
        else reject(error);
      });
    });
  }
}

function optionsFor(algorithm: Algorithm): SigningOptions {
  const { kty, padding } = algorithms[algorithm];
  // RFC 7518, section 3.4: R and S are concatenated, not DER-encoded.
  if (kty === 'EC') return { dsaEncoding: 'ieee-p1363' };
  if (padding !== 'pss') return {};
  // RFC 7518, section 3.5: the salt is as long as the hash.
  return { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
}
