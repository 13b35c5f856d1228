import type { AcceptedAlgorithms, Algorithm } from '../crypto/algorithms.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { type PublishedThumbprints, parseJwk, readThumbprints, type Thumbprints, type UsableJwk } from './jwk.ts';
import { LazyKey } from './lazy-key.ts';
import type { PublishedKey } from './published-key.ts';

/** The parameters of a token's header that name a key (RFC 7515, sections 4.1.4, 4.1.7 and 4.1.8). Types unchecked. */
export interface KeyHeader extends PublishedThumbprints {
  readonly kid?: unknown;
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

interface Member {
  readonly key: PublishedKey;
  readonly thumbprints: Thumbprints;
}

const unknown: Selection = Object.freeze({ fault: 'unknown' });
const otherAlgorithm: Selection = Object.freeze({ fault: 'other-algorithm' });
const ambiguous: Selection = Object.freeze({ fault: 'ambiguous' });

/** The signing keys that an issuer publishes. Immutable. */
export class KeySet {
  readonly keys: readonly PublishedKey[];
  /** The number of members of the document that are not usable. */
  readonly skipped: number;
  readonly #members: readonly Member[];
  readonly #byKid: ReadonlyMap<string | undefined, readonly PublishedKey[]>;

  /**
   * Parses the members of a JWKS document, and skips unusable ones. Keys that the previous set also contains are reused,
   * with what was imported of them.
   */
  constructor(members: readonly unknown[], runtime: KeyRuntime, previous?: KeySet) {
    const known = new Map(previous?.keys.map((key) => [identityOf(key), key]));
    const keys = new Map<string, PublishedKey>();
    const parsed = members.map((member) => parseJwk(member, runtime)).filter((usable) => usable !== undefined);
    this.#members = parsed.map((usable) => {
      const identity = identify(usable);
      const key = keys.get(identity) ?? known.get(identity) ?? new LazyKey(usable, identity, runtime);
      keys.set(identity, key);
      return { key, thumbprints: usable.thumbprints };
    });
    this.keys = [...keys.values()];
    this.skipped = members.length - parsed.length;
    this.#byKid = Map.groupBy(this.keys, ({ kid }) => kid);
  }

  /**
   * Selects exactly one key by algorithm and by `kid`; without a `kid` by `x5t#S256` and `x5t`, and without those the
   * only key that fits (RFC 7515, section 4.1 and appendix D). The header cannot change the algorithms of a key: they
   * come from the key, or from the configuration for an RSA key without `alg`.
   */
  select(header: KeyHeader, algorithm: Algorithm, { unboundRsa }: AcceptedAlgorithms): Selection {
    const { kid } = header;
    const candidates = typeof kid === 'string' ? this.#byKid.get(kid) : this.#withoutKid(header);
    let selected: PublishedKey | undefined;
    for (const key of candidates ?? []) {
      if (key.alg === undefined ? !unboundRsa.has(algorithm) : key.alg !== algorithm) continue;
      // A key that is published twice, for example under two identifiers, is one key.
      if (selected !== undefined && materialOf(selected) !== materialOf(key)) return ambiguous;
      selected ??= key;
    }
    if (selected !== undefined) return { key: selected, keySet: this };
    return typeof kid !== 'string' || candidates === undefined ? unknown : otherAlgorithm;
  }

  #withoutKid(header: KeyHeader): readonly PublishedKey[] {
    const { x5t, x5tS256 } = readThumbprints(header);
    if (x5t === undefined && x5tS256 === undefined) return this.keys;
    const byS256 = this.#members.filter(({ thumbprints }) => isSame(thumbprints.x5tS256, x5tS256));
    const byS1 = this.#members.filter(({ thumbprints }) => isSame(thumbprints.x5t, x5t));
    const named = byS256.length > 0 ? byS256 : byS1;
    // If the header names none of the keys, the key may be one without a thumbprint.
    const unnamed = ({ thumbprints }: Member): boolean =>
      !isOther(thumbprints.x5tS256, x5tS256) && !isOther(thumbprints.x5t, x5t);
    return (named.length > 0 ? named : this.#members.filter(unnamed)).map(({ key }) => key);
  }
}

function isSame(published: string | undefined, named: string | undefined): boolean {
  return named !== undefined && published === named;
}

function isOther(published: string | undefined, named: string | undefined): boolean {
  return named !== undefined && published !== undefined && published !== named;
}

// Two keys are the same if kid, algorithm and key material are.
function identify({ kid, alg, jwk }: UsableJwk): string {
  return JSON.stringify([kid, alg, jwk]);
}

function identityOf(key: PublishedKey): string {
  return key instanceof LazyKey ? key.identity : '';
}

function materialOf(key: PublishedKey): string {
  return key instanceof LazyKey ? key.material : '';
}
