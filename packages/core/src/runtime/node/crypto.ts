import { constants, createHmac, createPublicKey, hash, type SigningOptions, verify } from 'node:crypto';
import { type Algorithm, algorithms } from '../../crypto/algorithms.ts';
import type { CryptoRuntime, ImportedKey, PublicJwk } from '../crypto-runtime.ts';
import { signatureLengthOf } from '../signature-length.ts';
import { maxParallelSignatures } from './thread-pool.ts';

// Lengths of signatures, in bytes: RSA of 3072 bits, 50 µs; P-256 and Ed25519, 80 µs. P-384 takes eight times as long.
const maxFastRsa = 384;
const maxFastCurve = 64;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Signatures by node:crypto, on the calling thread or in the thread pool. */
export const nodeCrypto: CryptoRuntime = {
  decodeBase64url,
  decodeUtf8: (bytes) => utf8.decode(bytes),
  digest: (text) => hash('sha256', text, 'binary'),
  halfHash,
  hashBytes: (bytes) => hash('sha256', bytes, 'buffer'),
  hmac: (key, data) => createHmac('sha256', key).update(data).digest(),
  supports: () => true,
  importKey,
  maxParallelSignatures,
};

function decodeBase64url(text: string): Uint8Array {
  const bytes = Buffer.from(text, 'base64url');
  // Node.js ignores characters that it cannot decode, and accepts base64 as well.
  if (bytes.toString('base64url') !== text) throw new SyntaxError('The text is not canonical base64url');
  return bytes;
}

function halfHash(name: string, text: string): string {
  const bytes = hash(name, text, 'buffer');
  return bytes.subarray(0, bytes.byteLength / 2).toString('base64url');
}

function importKey(jwk: PublicJwk, algorithm: Algorithm): ImportedKey {
  const { kty, hash: digest } = algorithms[algorithm];
  const signatureLength = signatureLengthOf(jwk, algorithm, decodeBase64url);
  // Node.js reads options from the key as well as from an object around it; the object costs Node.js 24 a third of the
  // time of an RS256 signature, on every verification.
  const key = Object.assign(createPublicKey({ key: { ...jwk }, format: 'jwk' }), optionsFor(algorithm));
  return {
    signatureLength,
    isFast: signatureLength <= (kty === 'RSA' ? maxFastRsa : maxFastCurve),
    verify: (signingInput, signature) =>
      signature.byteLength === signatureLength && verify(digest, Buffer.from(signingInput, 'latin1'), key, signature),
    verifyInParallel: (signingInput, signature) => {
      if (signature.byteLength !== signatureLength) return false;
      return new Promise((resolve, reject) => {
        verify(digest, Buffer.from(signingInput, 'latin1'), key, signature, (error, isValid) => {
          if (error === null) resolve(isValid);
          else reject(error);
        });
      });
    },
  };
}

function optionsFor(algorithm: Algorithm): SigningOptions {
  const { kty, padding } = algorithms[algorithm];
  // RFC 7518, section 3.4: R and S are concatenated, not DER-encoded.
  if (kty === 'EC') return { dsaEncoding: 'ieee-p1363' };
  if (padding !== 'pss') return {};
  // RFC 7518, section 3.5: the salt is as long as the hash.
  return { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
}
