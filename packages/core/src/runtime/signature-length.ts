import { type Algorithm, algorithms } from '../crypto/algorithms.ts';
import type { PublicJwk, Runtime } from './runtime.ts';

/**
 * How long each signature of a key is, in bytes. With RSA it is as long as the modulus (RFC 8017, sections 8.1.2 and
 * 8.2.2); OpenSSL accepts a PSS signature without its leading zeros, which would give one token two texts.
 */
export function signatureLengthOf(
  { n = '' }: PublicJwk,
  algorithm: Algorithm,
  decodeBase64url: Runtime['decodeBase64url'],
): number {
  const { signatureLength } = algorithms[algorithm];
  if (signatureLength !== null) return signatureLength;
  const modulus = decodeBase64url(n);
  return modulus.length - modulus.findIndex((byte) => byte !== 0);
}
