import type { Algorithm } from '../crypto/algorithms.ts';
import type { MaybePromise } from '../lib/maybe-promise.ts';
import type { ImportedKey } from '../runtime/crypto-runtime.ts';

/** A key of an issuer. The object is the key's identity: a refreshed set that still contains the key reuses it. */
export interface PublishedKey {
  readonly kid: string | undefined;
  readonly alg: Algorithm | undefined;
  /** Imports the key for one algorithm, once, on first use. undefined if the key is broken. */
  import(algorithm: Algorithm): MaybePromise<ImportedKey | undefined>;
}
