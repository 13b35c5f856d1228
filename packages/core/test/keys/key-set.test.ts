import { describe, expect, it } from 'vitest';
import { type Algorithm, acceptAlgorithms, allAlgorithms } from '../../src/crypto/algorithms.ts';
import { KeySet } from '../../src/keys/key-set.ts';
import { runtime as node } from '../../src/runtime/node.ts';
import type { Runtime } from '../../src/runtime/runtime.ts';
import { runtime as web } from '../../src/runtime/web.ts';
import { generateTestKey } from '../support/test-key.ts';

const all = acceptAlgorithms(allAlgorithms);
const rsa = generateTestKey('RS256', 'a').jwk;
const ec = generateTestKey('ES256', 'b').jwk;
const { alg: _alg, ...unbound } = rsa;

describe('a key set, for a header without a kid', () => {
  const first = { ...generateTestKey('ES256', 'first').jwk, x5t: 'one', 'x5t#S256': 'ONE' };
  const second = { ...generateTestKey('ES256', 'second').jwk, x5t: 'two', 'x5t#S256': 'TWO' };
  const bare = generateTestKey('ES256', 'bare').jwk;
  const selected = (members: readonly object[], header: object): string | undefined => {
    const selection = new KeySet(members, node).select(header, 'ES256', all);
    return selection.key?.kid ?? selection.fault;
  };

  it.each([
    [{ 'x5t#S256': 'TWO' }, 'second'],
    [{ x5t: 'two' }, 'second'],
    [{ x5t: 'one', 'x5t#S256': 'TWO' }, 'second'],
    [{ x5t: 'two', 'x5t#S256': 'unknown' }, 'second'],
    [{ kid: 'first', x5t: 'two', 'x5t#S256': 'TWO' }, 'first'],
    [{ kid: 'unknown', x5t: 'two' }, 'unknown'],
    [{ kid: null, x5t: 'two' }, 'second'],
    [{ x5t: 'unknown' }, 'unknown'],
    [{ 'x5t#S256': 'two' }, 'unknown'],
    [{ x5t: 'TWO' }, 'unknown'],
    [{ x5t: '' }, 'ambiguous'],
    [{ x5t: ['two'] }, 'ambiguous'],
    [{}, 'ambiguous'],
  ])('[KEYS-X5T] and with %j, selects: %s', (header, expected) => {
    expect(selected([first, second], header)).toBe(expected);
  });

  it('[KEYS-X5T] takes a key without a thumbprint for the one that the header names', () => {
    expect(selected([first, bare], { x5t: 'unknown' })).toBe('bare');
    expect(selected([bare], { x5t: 'unknown', 'x5t#S256': 'unknown' })).toBe('bare');
    expect(selected([bare, { ...bare, kid: 'again', ...generateTestKey('ES256', 'again').jwk }], { x5t: 'x' })).toBe(
      'ambiguous',
    );
  });

  it('[KEYS-X5T] does not use the key of an old certificate, so that a new one is looked up', () => {
    expect(selected([first], { x5t: 'two' })).toBe('unknown');
  });

  it('[KEYS-X5T] selects a key by each of its certificates', () => {
    const renewed = { ...first, x5t: 'three', 'x5t#S256': 'THREE' };
    for (const x5t of ['one', 'three']) expect(selected([first, renewed, second], { x5t })).toBe('first');
  });

  it('[KEYS-X5T] does not use a thumbprint for another algorithm', () => {
    expect(new KeySet([first, rsa], node).select({ x5t: 'one' }, 'RS256', all).fault).toBe('unknown');
  });
});

describe('a key set', () => {
  it('selects by identifier and algorithm', () => {
    const set = new KeySet([rsa, ec], node);
    expect(set.select({ kid: 'a' }, 'RS256', all).key?.kid).toBe('a');
    expect(set.select({ kid: 'b' }, 'ES256', all).key?.kid).toBe('b');
    expect(set.select({ kid: 'a' }, 'ES256', all).fault).toBe('other-algorithm');
    expect(set.select({ kid: 'c' }, 'ES256', all).fault).toBe('unknown');
  });

  it.each(['__proto__', 'constructor', 'toString', '', '../../keys', "' OR 1=1--", 'a\u0000', 'A'])(
    'does not contain the identifier %j',
    (kid) => {
      expect(new KeySet([rsa], node).select({ kid }, 'RS256', all).fault).toBe('unknown');
    },
  );

  it('with one key does not use it for a header with another kid', () => {
    expect(new KeySet([ec], node).select({ kid: 'other' }, 'ES256', all).fault).toBe('unknown');
  });

  it('[TOKEN-RSA-WITHOUT-ALG] uses an RSA key without alg for the RSA algorithms that are named, else for RS256', () => {
    const set = new KeySet([unbound], node);
    const selected = (names: readonly Algorithm[] | undefined) =>
      allAlgorithms.filter((name) => set.select({ kid: 'a' }, name, acceptAlgorithms(names)).key);
    expect(selected(undefined)).toEqual(['RS256']);
    expect(selected(['PS256'])).toEqual(['PS256']);
    expect(selected(['PS256', 'RS512'])).toEqual(['RS512', 'PS256']);
    expect(selected(['RS512', 'ES256'])).toEqual(['RS512']);
    expect(selected(['ES256'])).toEqual([]);
    expect(selected(allAlgorithms)).toEqual(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512']);
  });

  it('[TOKEN-RSA-WITHOUT-ALG] uses a key with alg for that algorithm only, whatever is named', () => {
    const set = new KeySet([rsa], node);
    expect(set.select({ kid: 'a' }, 'RS512', acceptAlgorithms(['RS256', 'RS512'])).fault).toBe('other-algorithm');
  });

  it('counts unusable members', () => {
    const set = new KeySet([ec, null, { kty: 'oct', k: 'AAAA' }, rsa, {}], node);
    expect(set.keys).toHaveLength(2);
    expect(set.skipped).toBe(3);
    expect(new KeySet([ec], node).skipped).toBe(0);
  });

  it('without a kid selects the only key of the algorithm, or none', () => {
    const unnamed = { ...unbound, kid: undefined };
    const set = new KeySet([ec, rsa], node);
    expect(set.select({}, 'ES256', all).key?.kid).toBe('b');
    expect(set.select({}, 'ES384', all).fault).toBe('unknown');
    expect(set.select({}, 'RS512', all).fault).toBe('unknown');
    const other = generateTestKey('RS256', 'c', 'second').jwk;
    expect(new KeySet([rsa, other], node).select({}, 'RS256', all).fault).toBe('ambiguous');
    const another = generateTestKey('RS256', 'd', 'second').jwk;
    const both = new KeySet([rsa, { ...unnamed, n: another['n'] }], node);
    expect(both.select({}, 'RS256', all).fault).toBe('ambiguous');
    expect(both.select({}, 'PS256', acceptAlgorithms(['PS256'])).key?.alg).toBeUndefined();
    expect(both.select({}, 'PS256', acceptAlgorithms(['PS256'])).key).toBe(both.keys[1]);
    expect(both.select({}, 'PS256', acceptAlgorithms(undefined)).fault).toBe('unknown');
  });

  it('keeps the unchanged keys with their imports, and no others', () => {
    const first = new KeySet([rsa, ec], node);
    const second = new KeySet([{ ...ec, x5t: 'changed' }, generateTestKey('ES256', 'a').jwk], node, first);
    expect(second.keys).toHaveLength(2);
    expect(second.select({ kid: 'b' }, 'ES256', all).key).toBe(first.select({ kid: 'b' }, 'ES256', all).key);
    expect(second.select({ kid: 'a' }, 'ES256', all).key).not.toBe(first.select({ kid: 'a' }, 'RS256', all).key);
  });

  it('[KEYS-ONE-MATERIAL] treats a key that is listed twice as one', () => {
    const listings = [
      [rsa, rsa],
      [rsa, { ...rsa, kid: 'c' }],
      [rsa, { ...rsa, kid: undefined }],
      [unbound, rsa],
      [rsa, { ...rsa, x5c: ['AA'], x5t: 'x' }],
      [rsa, { ...rsa, use: undefined, key_ops: ['verify'] }, { ...unbound, kid: 'd' }],
    ];
    for (const members of listings) {
      const set = new KeySet(members, node);
      expect(set.select({}, 'RS256', all).key?.import('RS256')).toBeDefined();
      expect(set.select({ kid: 'a' }, 'RS256', all).key?.kid).toBe('a');
    }
  });

  it('[KEYS-ONE-MATERIAL] does not treat two keys of one name as one', () => {
    const other = { ...generateTestKey('ES256', 'b').jwk };
    expect(new KeySet([ec, other], node).select({ kid: 'b' }, 'ES256', all).fault).toBe('ambiguous');
    expect(new KeySet([ec, other, ec], node).select({}, 'ES256', all).fault).toBe('ambiguous');
  });

  it('treats a key as new if any part of it differs', () => {
    const first = new KeySet([rsa], node);
    for (const changed of [{ ...rsa, kid: 'c' }, { ...rsa, alg: 'RS512' }, { ...rsa, e: 'Aw' }, unbound]) {
      expect(new KeySet([changed], node, first).keys[0]).not.toBe(first.keys[0]);
    }
  });

  it.each([node, web])('imports a key once, also for concurrent requests ($name)', async (runtime) => {
    let imports = 0;
    const importKey: Runtime['importKey'] = (jwk, algorithm) => {
      imports += 1;
      return runtime.importKey(jwk, algorithm);
    };
    const [key] = new KeySet([ec], { ...runtime, importKey }).keys;
    const imported = await Promise.all(Array.from({ length: 100 }, () => key?.import('ES256')));
    expect(new Set(imported).size).toBe(1);
    expect(imports).toBe(1);
  });

  it('imports a key for each concurrent first request if requests must not share promises', async () => {
    let imports = 0;
    const importKey: Runtime['importKey'] = (jwk, algorithm) => {
      imports += 1;
      return web.importKey(jwk, algorithm);
    };
    const [key] = new KeySet([ec], { ...web, sharesPromises: false, importKey }).keys;
    await Promise.all([key?.import('ES256'), key?.import('ES256')]);
    expect(imports).toBe(2);
    await key?.import('ES256');
    expect(imports).toBe(2);
  });

  it.each([node, web])('detects once that a key is broken ($name)', async (runtime) => {
    let imports = 0;
    const importKey: Runtime['importKey'] = (jwk, algorithm) => {
      imports += 1;
      return runtime.importKey(jwk, algorithm);
    };
    const [key] = new KeySet([{ ...ec, y: ec['x'] }], { ...runtime, importKey }).keys;
    expect(await key?.import('ES256')).toBeUndefined();
    expect(await key?.import('ES256')).toBeUndefined();
    expect(imports).toBe(1);
  });
});
