import { describe, expect, it } from 'vitest';
import { type Algorithm, algorithms, allAlgorithms } from '../../src/crypto/algorithms.ts';
import type { ImportedKey, PublicJwk } from '../../src/runtime/crypto-runtime.ts';
import { encode } from '../support/sign-token.ts';
import { generateTestKey, type TestKey } from '../support/test-key.ts';
import { engines } from '../support/verifiers.ts';
import { badSignatures } from './bad-signatures.ts';

const cases = allAlgorithms.map((alg) => ({
  alg,
  key: generateTestKey(alg),
  other: generateTestKey(alg, 'other', 'second'),
  input: `${encode(JSON.stringify({ alg }))}.${encode('{"sub":"subject"}')}`,
}));

function publicJwk({ jwk }: TestKey): PublicJwk {
  const { kty, n, e, crv, x, y } = jwk as unknown as Required<PublicJwk>;
  return { kty, n, e, crv, x, y };
}

describe.each(engines)('the $name engine', (engine) => {
  const load = async (key: TestKey): Promise<ImportedKey> => await engine.importKey(publicJwk(key), key.alg);

  describe.each(cases)('$alg', ({ alg, key, other, input }) => {
    it('accepts a good signature, each time', async () => {
      const importedKey = await load(key);
      expect(await importedKey.verify(input, key.sign(input))).toBe(true);
      expect(await importedKey.verify(input, key.sign(input))).toBe(true);
      expect(await importedKey.verifyInParallel(input, key.sign(input))).toBe(true);
    });

    it('returns false for every kind of bad signature, and never throws', async () => {
      const importedKey = await load(key);
      const accepted = [];
      for (const { flaw, signature } of badSignatures(key, other, input)) {
        const isValid = await importedKey.verify(input, signature);
        if (isValid !== false) accepted.push(flaw);
      }
      expect(accepted).toEqual([]);
    });

    it('returns the same in parallel', async () => {
      const importedKey = await load(key);
      const differing = [];
      for (const { flaw, signature } of badSignatures(key, other, input)) {
        const isValid = await importedKey.verifyInParallel(input, signature);
        if (isValid !== false) differing.push(flaw);
      }
      expect(differing).toEqual([]);
    });

    it('returns false for a text that was changed after it was signed', async () => {
      const importedKey = await load(key);
      const [header] = input.split('.');
      const changed = `${header}.${encode('{"sub":"another"}')}`;
      expect(await importedKey.verify(changed, key.sign(input))).toBe(false);
    });

    it('uses one key for one algorithm at a time without mixing them up', async () => {
      const same = cases.filter((entry) => algorithms[entry.alg].kty === 'RSA' && algorithms[alg].kty === 'RSA');
      const loaded = await Promise.all(same.map((entry) => engine.importKey(publicJwk(key), entry.alg)));
      for (const [index, entry] of same.entries()) {
        const importedKey = loaded[index];
        expect(await importedKey?.verify(entry.input, entry.key.sign(entry.input))).toBe(true);
      }
    });
  });

  it('supports every algorithm of the table', () => {
    expect(allAlgorithms.filter((alg) => !engine.supports(alg))).toEqual([]);
  });

  describe('key import', () => {
    const broken: readonly [string, Algorithm, (jwk: PublicJwk) => PublicJwk][] = [
      ['an EC point off its curve', 'ES256', (jwk) => ({ ...jwk, y: jwk.x ?? '' })],
      ['an EC point of another curve', 'ES384', (jwk) => ({ ...jwk, crv: 'P-256' })],
      ['an EC key without y', 'ES256', ({ kty, crv, x }) => ({ kty, crv: crv ?? '', x: x ?? '' })],
      ['a coordinate that is too short', 'ES256', (jwk) => ({ ...jwk, x: 'AQAB' })],
      ['the point at infinity', 'ES256', (jwk) => ({ ...jwk, x: 'A'.repeat(43), y: 'A'.repeat(43) })],
      ['an Ed25519 key that is too short', 'Ed25519', (jwk) => ({ ...jwk, x: 'AQAB' })],
      ['an unknown curve', 'ES256', (jwk) => ({ ...jwk, crv: 'P-999' })],
      ['an unknown key type', 'ES256', (jwk) => ({ ...jwk, kty: 'XX' })],
      ['an RSA key without an exponent', 'RS256', ({ kty, n }) => ({ kty, n: n ?? '' })],
    ];

    it.each(broken)('fails for %s', async (_name, alg, breakJwk) => {
      const key = generateTestKey(alg);
      const importing = async (): Promise<ImportedKey> => await engine.importKey(breakJwk(publicJwk(key)), alg);
      await expect(importing()).rejects.toThrow();
    });
  });
});
