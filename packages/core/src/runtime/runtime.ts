import type { Algorithm } from '../crypto/algorithms.ts';
import type { MaybePromise } from '../lib/maybe-promise.ts';

/** The Fetch API's `fetch`, as far as it is used. */
export type FetchLike = (url: string, init: RequestInit) => Promise<Response>;

/** A public key, ready to check the signatures of one algorithm. */
export interface ImportedKey {
  /** Checks a signature over ASCII text; at once where the runtime can. Never throws for a bad signature. */
  verify(signingInput: string, signature: Uint8Array): MaybePromise<boolean>;
  /** The same off the calling thread, where the runtime has a way to; for many tokens at once. */
  verifyInParallel(signingInput: string, signature: Uint8Array): MaybePromise<boolean>;
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

/** A source of documents: a connection pool, or a fetch function. */
export interface HttpClient {
  readonly fetch: FetchLike;
  /** Whether a failure means that a pooled connection had been closed by the other side before it was used again. */
  isStaleConnection(error: unknown): boolean;
  close(): Promise<void>;
}

/** The options that make one connection pool differ from another. */
export interface PoolOptions {
  /** Seconds, for a connection to be opened at most. */
  readonly timeout: number;
  /** To one origin. */
  readonly connections: number;
  /** An undici dispatcher to use instead. */
  readonly dispatcher: object | undefined;
}

/** Durations, and how they are spread. */
export interface Histogram {
  readonly count: number;
  record(seconds: number): void;
  /** The seconds that so many percent of the durations do not exceed; 0 where there are none. */
  percentile(percent: number): number;
}

/** Work that was put off. */
export interface Timer {
  cancel(): void;
}

/** What differs between Node.js and every other runtime: the one seam of this package. */
export interface Runtime {
  readonly name: 'node' | 'web';
  /** Whether one request may await the promise of another; Workers forbid it. */
  readonly sharesPromises: boolean;
  /** Decodes base64url; throws where the text is not the one that its bytes are encoded to (RFC 4648, section 3.5). */
  decodeBase64url(text: string): Uint8Array;
  /** Decodes UTF-8; throws where it is not well-formed. */
  decodeUtf8(bytes: Uint8Array): string;
  /** SHA-256 of ASCII text, as a text of one character for each byte. */
  digest(text: string): MaybePromise<string>;
  /** The left half of a hash of text, in base64url. */
  halfHash(name: 'sha256' | 'sha384' | 'sha512', text: string): MaybePromise<string>;
  /** Whether signatures of an algorithm can be checked. */
  supports(algorithm: Algorithm): boolean;
  /** Imports a key; throws or rejects where it is not a point on its curve, say. */
  importKey(jwk: PublicJwk, algorithm: Algorithm): MaybePromise<ImportedKey>;
  createHttpClient(options: PoolOptions): HttpClient;
  /** Runs work later without keeping the process alive; undefined where timers do not outlive a request. */
  schedule(seconds: number, work: () => void): Timer | undefined;
  createHistogram(): Histogram;
  /** Hands an event to whoever watches the process from outside, where the runtime has a way to. */
  trace(event: object): void;
  /** Tells the operator of something that needs attention. */
  warn(message: string, code: string): void;
  /** Writes a line to the debug log, if somebody asked for it. */
  debug(line: string): void;
  /** The environment variables of the process. */
  environment(): Readonly<Record<string, string | undefined>>;
}
