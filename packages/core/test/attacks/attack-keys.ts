import { type Algorithm, allAlgorithms } from '../../src/crypto/algorithms.ts';
import type { JSONWebKeySet } from '../../src/index.ts';
import { generateTestKey, keySetOf, type TestKey } from '../support/test-key.ts';

/** The keys of the issuer, and keys of the attacker with the same `kid`. */
export class AttackKeys {
  /** The published key set. */
  readonly jwks: JSONWebKeySet;
  readonly #published = new Map(allAlgorithms.map((alg) => [alg, generateTestKey(alg, alg)]));
  readonly #unpublished = new Map(allAlgorithms.map((alg) => [alg, generateTestKey(alg, alg, 'second')]));

  constructor() {
    this.jwks = keySetOf(...this.#published.values());
  }

  /** Returns the published key of an algorithm; its `kid` is the name of the algorithm. */
  readonly key = (alg: Algorithm): TestKey => get(this.#published, alg);

  /** Returns the attacker's key of an algorithm, with the same `kid`. */
  readonly attackerKey = (alg: Algorithm): TestKey => get(this.#unpublished, alg);
}

function get(keys: ReadonlyMap<Algorithm, TestKey>, alg: Algorithm): TestKey {
  const key = keys.get(alg);
  if (key === undefined) throw new Error(`There is no key for ${alg}`);
  return key;
}
