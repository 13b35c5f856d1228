import { type Algorithm, allAlgorithms } from '../../src/crypto/algorithms.ts';
import type { JSONWebKeySet } from '../../src/index.ts';
import { createTestKey, keySetOf, type TestKey } from '../fixtures/test-key.ts';

/** What attacks are made with: the keys of the issuer, and keys of the attacker under the same names. */
export interface Arsenal {
  /** The published keys, one for each algorithm, whose `kid` is the name of the algorithm. */
  readonly key: (alg: Algorithm) => TestKey;
  /** Keys of the attacker with the same names. */
  readonly stranger: (alg: Algorithm) => TestKey;
  readonly jwks: JSONWebKeySet;
}

/** Makes the keys. */
export function createArsenal(): Arsenal {
  const published = new Map(allAlgorithms.map((alg) => [alg, createTestKey(alg, alg)]));
  const strange = new Map(allAlgorithms.map((alg) => [alg, createTestKey(alg, alg, 'second')]));
  return {
    key: (alg) => get(published, alg),
    stranger: (alg) => get(strange, alg),
    jwks: keySetOf(...published.values()),
  };
}

function get(keys: ReadonlyMap<Algorithm, TestKey>, alg: Algorithm): TestKey {
  const key = keys.get(alg);
  if (key === undefined) throw new Error(`There is no key for ${alg}`);
  return key;
}
