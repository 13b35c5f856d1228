import type { Algorithm } from '../crypto/algorithms.ts';
import type { MaybePromise } from '../lib/maybe-promise.ts';

/** A public key, ready to verify the signatures of one algorithm. */
export interface ImportedKey {
  /** The length of each signature of this key, in bytes. */
  readonly signatureLength: number;
  /** Whether a signature takes at most 0.1 ms. */
  readonly isFast: boolean;
  /** Verifies a signature over ASCII text, synchronously if the runtime can. Never throws for a bad signature. */
  verify(signingInput: string, signature: Uint8Array): MaybePromise<boolean>;
  /** The same outside the calling thread if the runtime has threads; for many tokens at once. */
  verifyInParallel(signingInput: string, signature: Uint8Array): MaybePromise<boolean>;
}

/** The number of signatures in flight at which no further one of a fast, or of a slow, key starts. */
export interface ParallelSignatures {
  readonly fast: number;
  readonly slow: number;
}

/** The public members of a JWK, and nothing else. */
export interface PublicJwk {
  readonly kty: string;
  readonly n?: string;
  readonly e?: string;
  readonly crv?: string;
  readonly x?: string;
  readonly y?: string;
}

/** Encodings, hashes, keys and signatures. */
export interface CryptoRuntime {
  /** Decodes base64url; throws unless the text is the canonical encoding of its bytes (RFC 4648, section 3.5). */
  decodeBase64url(text: string): Uint8Array;
  /** Decodes UTF-8; throws unless it is well-formed. */
  decodeUtf8(bytes: Uint8Array): string;
  /** SHA-256 of ASCII text, as a string with one character for each byte. */
  digest(text: string): MaybePromise<string>;
  /** The left half of a hash of text, in base64url. */
  halfHash(name: 'sha256' | 'sha384' | 'sha512', text: string): MaybePromise<string>;
  /** SHA-256 of bytes. */
  hashBytes(bytes: Uint8Array): MaybePromise<Uint8Array>;
  /** HMAC with SHA-256 (RFC 2104). */
  hmac(key: Uint8Array, data: Uint8Array): MaybePromise<Uint8Array>;
  /** Whether the runtime verifies signatures of an algorithm. */
  supports(algorithm: Algorithm): boolean;
  /** Imports a key; throws or rejects if it is invalid, for example not a point on its curve. */
  importKey(jwk: PublicJwk, algorithm: Algorithm): MaybePromise<ImportedKey>;
  /** Limits the calls of `verifyInParallel` in flight; infinite if the runtime has no pool to share. */
  maxParallelSignatures(): ParallelSignatures;
}
