import { type Algorithm, algorithms } from '../crypto/algorithms.ts';
import type { CryptoRuntime, PublicJwk } from './crypto-runtime.ts';

/**
 * The length of each signature of a key, in bytes. An RSA signature is as long as the modulus (RFC 8017, sections 8.1.2
 * and 8.2.2); OpenSSL accepts a PSS signature without its leading zeros, which would give one token two texts.
 */
export function signatureLengthOf(
  { n = '' }: PublicJwk,
  algorithm: Algorithm,
  decodeBase64url: CryptoRuntime['decodeBase64url'],
): number {
  const { signatureLength } = algorithms[algorithm];
  if (signatureLength !== null) return signatureLength;
  const modulus = decodeBase64url(n);
  return modulus.length - modulus.findIndex((byte) => byte !== 0);
}
