import { createPublicKey, hash } from 'node:crypto';
import type { Algorithm } from '../../crypto/algorithms.ts';
import type { CryptoRuntime, ImportedKey, PublicJwk } from '../crypto-runtime.ts';
import { signatureLengthOf } from '../signature-length.ts';
import { NodeKey } from './node-key.ts';
import { maxParallelSignatures } from './thread-pool.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Signatures by node:crypto, on the calling thread or in the thread pool. */
export const nodeCrypto: CryptoRuntime = {
  decodeBase64url,
  decodeUtf8: (bytes) => utf8.decode(bytes),
  digest: (text) => hash('sha256', text, 'binary'),
  halfHash,
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
  const key = createPublicKey({ key: { ...jwk }, format: 'jwk' });
  return new NodeKey(key, algorithm, signatureLengthOf(jwk, algorithm, decodeBase64url));
}
