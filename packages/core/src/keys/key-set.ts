import type { AcceptedAlgorithms, Algorithm } from '../crypto/algorithms.ts';
import type { MaybePromise } from '../lib/maybe-promise.ts';
import type { ImportedKey } from '../runtime/crypto-runtime.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { parseJwk, type UsableJwk } from './jwk.ts';

/** A key of an issuer. The object is the key's identity: a refreshed set that still contains the key reuses it. */
export interface PublishedKey {
  readonly kid: string | undefined;
  readonly alg: Algorithm | undefined;
  /** Imports the key for one algorithm, once, on first use. undefined if the key is broken. */
  import(algorithm: Algorithm): MaybePromise<ImportedKey | undefined>;
}

/** The one key for a token's header, and the set that contains it. */
export interface SelectedKey {
  readonly key: PublishedKey;
  readonly keySet: KeySet;
  readonly fault?: undefined;
}

/** The key for a token's header, or the reason why there is not exactly one. */
export type Selection =
  | SelectedKey
  | { readonly key?: undefined; readonly fault: 'unknown' | 'other-algorithm' | 'ambiguous' };

type KeyRuntime = Pick<Runtime, 'supports' | 'decodeBase64url' | 'importKey' | 'sharesPromises'>;

const unknown: Selection = Object.freeze({ fault: 'unknown' });
const otherAlgorithm: Selection = Object.freeze({ fault: 'other-algorithm' });
const ambiguous: Selection = Object.freeze({ fault: 'ambiguous' });

/** The signing keys that an issuer publishes. Immutable. */
export class KeySet {
  readonly keys: readonly PublishedKey[];
  /** The number of members of the document that are not usable. */
  readonly skipped: number;
  readonly #byKid: ReadonlyMap<string | undefined, readonly PublishedKey[]>;

  /**
   * Parses the members of a JWKS document, and skips unusable ones. Keys that the previous set also contains are reused,
   * with what was imported of them.
   */
  constructor(members: readonly unknown[], runtime: KeyRuntime, previous?: KeySet) {
    const known = new Map(previous?.keys.map((key) => [identityOf(key), key]));
    const keys = new Map<string, PublishedKey>();
    let skipped = 0;
    for (const member of members) {
      const usable = parseJwk(member, runtime);
      if (usable === undefined) {
        skipped += 1;
        continue;
      }
      const identity = JSON.stringify(usable);
      keys.set(identity, known.get(identity) ?? new LazyKey(usable, identity, runtime));
    }
    this.keys = [...keys.values()];
    this.skipped = skipped;
    this.#byKid = Map.groupBy(this.keys, ({ kid }) => kid);
  }

  /**
   * Selects exactly one key by identifier and algorithm (RFC 7515, section 4.1.4 and appendix D). An RSA key without
   * `alg` has one algorithm for all tokens, whatever their headers say.
   */
  select(kid: string | undefined, algorithm: Algorithm, { unboundRsa }: AcceptedAlgorithms): Selection {
    const candidates = kid === undefined ? this.keys : this.#byKid.get(kid);
    let selected: PublishedKey | undefined;
    for (const key of candidates ?? []) {
      if ((key.alg ?? unboundRsa) !== algorithm) continue;
      if (selected !== undefined) return ambiguous;
      selected = key;
    }
    if (selected !== undefined) return { key: selected, keySet: this };
    return kid === undefined || candidates === undefined ? unknown : otherAlgorithm;
  }
}

// Two keys are the same if kid, algorithm and key material are.
function identityOf(key: PublishedKey): string {
  return key instanceof LazyKey ? key.identity : '';
}

class LazyKey implements PublishedKey {
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
