import { base64url, type CryptoKey, errors, flattenedVerify, importJWK, type JWK } from 'jose';
import type { Algorithm } from '../../crypto/algorithms.ts';
import { isBase64url } from '../../crypto/base64url.ts';
import type { CryptoRuntime, ImportedKey, PublicJwk } from '../crypto-runtime.ts';
import { signatureLengthOf } from '../signature-length.ts';

const encoder = new TextEncoder();
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Signatures by WebCrypto, with keys imported by jose. */
export const webCrypto: CryptoRuntime = {
  decodeBase64url,
  decodeUtf8: (bytes) => utf8.decode(bytes),
  digest,
  halfHash,
  hashBytes: async (bytes) => new Uint8Array(await crypto.subtle.digest('SHA-256', Uint8Array.from(bytes))),
  hmac,
  supports: () => true,
  importKey,
  maxParallelSignatures: () => ({ fast: Number.POSITIVE_INFINITY, slow: Number.POSITIVE_INFINITY }),
};

function decodeBase64url(text: string): Uint8Array {
  if (!isBase64url(text)) throw new SyntaxError('The text is not canonical base64url');
  return base64url.decode(text);
}

async function digest(text: string): Promise<string> {
  return String.fromCharCode(...new Uint8Array(await crypto.subtle.digest('SHA-256', encoder.encode(text))));
}

async function halfHash(name: 'sha256' | 'sha384' | 'sha512', text: string): Promise<string> {
  const bytes = new Uint8Array(await crypto.subtle.digest(name.replace('sha', 'SHA-'), encoder.encode(text)));
  return base64url.encode(bytes.subarray(0, bytes.byteLength / 2));
}

async function hmac(key: Uint8Array, data: Uint8Array): Promise<Uint8Array> {
  const imported = await crypto.subtle.importKey(
    'raw',
    Uint8Array.from(key),
    { name: 'HMAC', hash: 'SHA-256' },
    false,
    ['sign'],
  );
  return new Uint8Array(await crypto.subtle.sign('HMAC', imported, Uint8Array.from(data)));
}

async function importKey(jwk: PublicJwk, algorithm: Algorithm): Promise<ImportedKey> {
  const key = await importJWK({ ...jwk } as JWK, algorithm);
  if (key instanceof Uint8Array) throw new TypeError('A symmetric key cannot verify a signature');
  const names = algorithm === 'Ed25519' ? ['Ed25519', 'EdDSA'] : [algorithm];
  const signatureLength = signatureLengthOf(jwk, algorithm, decodeBase64url);
  const verify = async (signingInput: string, signature: Uint8Array): Promise<boolean> =>
    signature.byteLength === signatureLength && (await verifySignature(key, names, signingInput, signature));
  return { signatureLength, isFast: false, verify, verifyInParallel: verify };
}

async function verifySignature(
  key: CryptoKey,
  names: string[],
  signingInput: string,
  signature: Uint8Array,
): Promise<boolean> {
  const [header = '', claims = ''] = signingInput.split('.');
  const jws = { protected: header, payload: claims, signature: base64url.encode(signature) };
  try {
    await flattenedVerify(jws, key, { algorithms: names });
    return true;
  } catch (error) {
    if (error instanceof errors.JWSSignatureVerificationFailed) return false;
    throw error;
  }
}
