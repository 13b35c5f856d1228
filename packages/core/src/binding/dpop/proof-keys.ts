import { LRUCache } from 'lru-cache';
import { ProofError } from '../../errors.ts';
import type { MaybePromise } from '../../lib/maybe-promise.ts';
import type { CryptoRuntime, ImportedKey } from '../../runtime/crypto-runtime.ts';
import type { CompactJws } from '../../token/compact-jws.ts';
import { KnownKey } from './known-key.ts';
import type { ProofKey } from './proof-key.ts';

const maxKeys = 1000;

/** The keys of proofs, imported once for each thumbprint. A client has one place, whatever it sends. */
export class ProofKeys {
  readonly #runtime: Pick<CryptoRuntime, 'importKey'>;
  readonly #known: LRUCache<string, KnownKey> = new LRUCache({ max: maxKeys });

  constructor(runtime: Pick<CryptoRuntime, 'importKey'>) {
    this.#runtime = runtime;
  }

  find(jkt: string): KnownKey | undefined {
    return this.#known.get(jkt);
  }

  /** Imports the key of a token with a valid signature: no other key gets here. */
  import(key: ProofKey, jws: CompactJws, jkt: string): MaybePromise<ImportedKey> {
    const store = (imported: ImportedKey): ImportedKey => {
      this.#known.set(jkt, new KnownKey(key, imported, jws));
      return imported;
    };
    const known = this.#known.get(jkt);
    if (known?.key.algorithm === key.algorithm) return store(known.imported);
    try {
      const imported = this.#runtime.importKey(key.jwk, key.algorithm);
      return imported instanceof Promise ? imported.then(store, rejectKey) : store(imported);
    } catch {
      return rejectKey();
    }
  }
}

function rejectKey(): never {
  throw new ProofError('ERR_PROOF_KEY', 'The key in the header of the proof is not usable');
}
