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

describe('a key set', () => {
  it('selects by identifier and algorithm', () => {
    const set = new KeySet([rsa, ec], node);
    expect(set.select('a', 'RS256', all).key?.kid).toBe('a');
    expect(set.select('b', 'ES256', all).key?.kid).toBe('b');
    expect(set.select('a', 'ES256', all).fault).toBe('other-algorithm');
    expect(set.select('c', 'ES256', all).fault).toBe('unknown');
  });

  it.each(['__proto__', 'constructor', 'toString', '', '../../keys', "' OR 1=1--", 'a\u0000', 'A'])(
    'does not contain the identifier %j',
    (kid) => {
      expect(new KeySet([rsa], node).select(kid, 'RS256', all).fault).toBe('unknown');
    },
  );

  it('with one key does not use it for a header with another kid', () => {
    expect(new KeySet([ec], node).select('other', 'ES256', all).fault).toBe('unknown');
  });

  it('uses an RSA key without alg for one algorithm only', () => {
    const set = new KeySet([unbound], node);
    const selected = (names: readonly Algorithm[]) =>
      names.length === 0 ? [] : allAlgorithms.filter((name) => set.select('a', name, acceptAlgorithms(names)).key);
    expect(selected(allAlgorithms)).toEqual(['RS256']);
    expect(selected(['PS256'])).toEqual(['PS256']);
    expect(selected(['PS256', 'RS512'])).toEqual(['RS256']);
    expect(selected(['RS512', 'ES256'])).toEqual(['RS512']);
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
    expect(set.select(undefined, 'ES256', all).key?.kid).toBe('b');
    expect(set.select(undefined, 'ES384', all).fault).toBe('unknown');
    expect(set.select(undefined, 'RS512', all).fault).toBe('unknown');
    const other = generateTestKey('RS256', 'c').jwk;
    expect(new KeySet([rsa, other], node).select(undefined, 'RS256', all).fault).toBe('ambiguous');
    const both = new KeySet([rsa, { ...unnamed, n: other['n'] }], node);
    expect(both.select(undefined, 'RS256', all).fault).toBe('ambiguous');
    expect(both.select(undefined, 'PS256', acceptAlgorithms(['PS256'])).key?.alg).toBeUndefined();
    expect(both.select(undefined, 'PS256', acceptAlgorithms(['PS256'])).key).toBe(both.keys[1]);
    expect(both.select(undefined, 'PS256', all).fault).toBe('unknown');
  });

  it('keeps the unchanged keys with their imports, and no others', () => {
    const first = new KeySet([rsa, ec], node);
    const second = new KeySet([{ ...ec, x5t: 'changed' }, generateTestKey('ES256', 'a').jwk], node, first);
    expect(second.keys).toHaveLength(2);
    expect(second.select('b', 'ES256', all).key).toBe(first.select('b', 'ES256', all).key);
    expect(second.select('a', 'ES256', all).key).not.toBe(first.select('a', 'RS256', all).key);
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
