import type { AcceptedAlgorithms, Algorithm } from '../crypto/algorithms.ts';
import { andThen, type MaybePromise } from '../lib/maybe-promise.ts';
import type { ImportedKey } from '../runtime/crypto-runtime.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { parseJwk, type UsableJwk } from './jwk.ts';

/** A key of an issuer. The object is the key's identity: a refreshed set that still holds the key holds this object. */
export interface PublishedKey {
  readonly kid: string | undefined;
  readonly alg: Algorithm | undefined;
  /** Makes the key ready for one algorithm: once, when it is first used. undefined where the key is broken. */
  import(algorithm: Algorithm): MaybePromise<ImportedKey | undefined>;
}

/** The key that a header asks for, or why there is none. */
export type Selection =
  | { readonly key: PublishedKey; readonly fault?: undefined }
  | { readonly key?: undefined; readonly fault: 'unknown' | 'other-algorithm' | 'ambiguous' };

/** The signing keys that an issuer publishes. */
export interface KeySet {
  readonly keys: readonly PublishedKey[];
  /** How many members of the document were not usable. */
  readonly skipped: number;
  /** Chooses exactly one key (RFC 7515, section 4.1.4 and appendix D), by identifier and algorithm. */
  select(kid: string | undefined, algorithm: Algorithm, accepted: AcceptedAlgorithms): Selection;
}

type KeyRuntime = Pick<Runtime, 'supports' | 'decodeBase64url' | 'importKey' | 'sharesPromises'>;

/**
 * Makes a key set from a JWKS document, skipping what is not usable. Keys that the previous set held as well are taken
 * over as they are, with whatever was imported of them; all others are dropped with it.
 */
export function createKeySet(members: readonly unknown[], runtime: KeyRuntime, previous?: KeySet): KeySet {
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
  return keySetOf([...keys.values()], skipped);
}

// Two keys are the same where kid, algorithm and key material are.
function identityOf(key: PublishedKey): string {
  return key instanceof LazyKey ? key.identity : '';
}

function keySetOf(keys: readonly PublishedKey[], skipped: number): KeySet {
  const byKid = Map.groupBy(keys, (key) => key.kid);
  const byAlgorithm = Map.groupBy(keys, (key) => key.alg);
  return {
    keys,
    skipped,
    select(kid, algorithm, accepted) {
      if (kid === undefined) return onlyOne(withAlgorithm(byAlgorithm, algorithm, accepted), 'unknown');
      const named = byKid.get(kid);
      if (named === undefined) return { fault: 'unknown' };
      return onlyOne(
        named.filter((key) => (key.alg ?? accepted.unboundRsa) === algorithm),
        'other-algorithm',
      );
    },
  };
}

// An RSA key that names no algorithm is used with one only, whatever the header of a token says.
function withAlgorithm(
  byAlgorithm: ReadonlyMap<Algorithm | undefined, readonly PublishedKey[]>,
  algorithm: Algorithm,
  accepted: AcceptedAlgorithms,
): readonly PublishedKey[] {
  const bound = byAlgorithm.get(algorithm) ?? [];
  const unbound = accepted.unboundRsa === algorithm ? byAlgorithm.get(undefined) : undefined;
  return unbound === undefined ? bound : [...bound, ...unbound];
}

function onlyOne([key, ...others]: readonly PublishedKey[], faultOfNone: 'unknown' | 'other-algorithm'): Selection {
  if (key === undefined) return { fault: faultOfNone };
  return others.length > 0 ? { fault: 'ambiguous' } : { key };
}

class LazyKey implements PublishedKey {
  readonly identity: string;
  readonly #usable: UsableJwk;
  readonly #runtime: KeyRuntime;
  readonly #imported: Map<Algorithm, MaybePromise<ImportedKey | undefined>> = new Map();

  constructor(usable: UsableJwk, identity: string, runtime: KeyRuntime) {
    this.#usable = usable;
    this.identity = identity;
    this.#runtime = runtime;
  }

  get kid(): string | undefined {
    return this.#usable.kid;
  }

  get alg(): Algorithm | undefined {
    return this.#usable.alg;
  }

  import(algorithm: Algorithm): MaybePromise<ImportedKey | undefined> {
    const imported = this.#imported.get(algorithm);
    if (imported !== undefined || this.#imported.has(algorithm)) return imported;
    const importing = this.#tryImport(algorithm);
    const settled = andThen(importing, (key) => {
      this.#imported.set(algorithm, key);
      return key;
    });
    if (settled instanceof Promise && this.#runtime.sharesPromises) this.#imported.set(algorithm, settled);
    return settled;
  }

  // A key may look right and still be none, a point off its curve for one: then it is as if it were not there.
  #tryImport(algorithm: Algorithm): MaybePromise<ImportedKey | undefined> {
    try {
      const key = this.#runtime.importKey(this.#usable.jwk, algorithm);
      return key instanceof Promise ? key.catch(() => undefined) : key;
    } catch {
      return undefined;
    }
  }
}
