import type { Algorithm } from '../crypto/algorithms.ts';
import type { MaybePromise } from '../lib/maybe-promise.ts';
import type { ImportedKey } from '../runtime/crypto-runtime.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { UsableJwk } from './jwk.ts';
import type { PublishedKey } from './published-key.ts';

type KeyRuntime = Pick<Runtime, 'importKey' | 'sharesPromises'>;

/** A published key that is imported on first use. */
export class LazyKey implements PublishedKey {
  readonly identity: string;
  readonly kid: string | undefined;
  readonly alg: Algorithm | undefined;
  readonly #usable: UsableJwk;
  readonly #runtime: KeyRuntime;
  readonly #imported: Map<Algorithm, MaybePromise<ImportedKey | undefined>> = new Map();

  constructor(usable: UsableJwk, identity: string, runtime: KeyRuntime) {
    this.identity = identity;
    this.kid = usable.kid;
    this.alg = usable.alg;
    this.#usable = usable;
    this.#runtime = runtime;
  }

  get material(): string {
    return JSON.stringify(this.#usable.jwk);
  }

  import(algorithm: Algorithm): MaybePromise<ImportedKey | undefined> {
    const imported = this.#imported.get(algorithm);
    if (imported !== undefined || this.#imported.has(algorithm)) return imported;
    return this.#importNow(algorithm);
  }

  // A key may look valid and still be broken, for example a point off its curve: it is then skipped like an unusable one.
  #importNow(algorithm: Algorithm): MaybePromise<ImportedKey | undefined> {
    const store = (key: ImportedKey | undefined): ImportedKey | undefined => {
      this.#imported.set(algorithm, key);
      return key;
    };
    try {
      const key = this.#runtime.importKey(this.#usable.jwk, algorithm);
      if (!(key instanceof Promise)) return store(key);
      const importing = key.then(store, () => store(undefined));
      if (this.#runtime.sharesPromises) this.#imported.set(algorithm, importing);
      return importing;
    } catch {
      return store(undefined);
    }
  }
}
