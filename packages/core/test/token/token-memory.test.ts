import { describe, expect, it } from 'vitest';
import { createTokenCache, type VerifiedJws } from '../../src/issuers/token-cache.ts';
import type { PublishedKey } from '../../src/keys/key-set.ts';

const key: PublishedKey = { kid: 'a', alg: 'ES256', import: () => undefined };
const [one, other] = [{ name: 'one' }, { name: 'other' }];

function proven(owner: object): VerifiedJws {
  return { owner, key, algorithm: 'ES256', header: { alg: 'ES256' }, claims: {}, accepted: undefined };
}

describe('a cache of proven tokens', () => {
  it('keeps nothing until room is reserved', () => {
    const cache = createTokenCache();
    cache.set('a', proven(one));
    cache.clear(one);
    expect(cache.get('a')).toBeUndefined();
    expect(cache.stats()).toEqual({ entries: 0, maxEntries: 0 });
  });

  it('takes over what it kept when more room is reserved, and gives none back', () => {
    const cache = createTokenCache();
    cache.reserve(1);
    expect(cache.stats()).toEqual({ entries: 0, maxEntries: 1 });
    const kept = proven(one);
    cache.set('a', kept);
    cache.reserve(2);
    cache.set('b', proven(one));
    cache.reserve(1);
    expect(cache.get('a')).toBe(kept);
    expect(cache.stats()).toEqual({ entries: 2, maxEntries: 2 });
  });

  it('drops what was used least when there is no room', () => {
    const cache = createTokenCache();
    cache.reserve(2);
    cache.set('a', proven(one));
    cache.set('b', proven(one));
    cache.get('a');
    cache.set('c', proven(one));
    expect(['a', 'b', 'c'].map((digest) => cache.get(digest) !== undefined)).toEqual([true, false, true]);
  });

  it('keeps its room where the same is reserved again', () => {
    const cache = createTokenCache();
    cache.reserve(2);
    cache.set('a', proven(one));
    cache.set('b', proven(one));
    cache.get('a');
    cache.reserve(2);
    cache.set('c', proven(one));
    expect(cache.get('a')).toBeDefined();
  });

  it('forgets the tokens of one owner, and of no other', () => {
    const cache = createTokenCache();
    cache.reserve(3);
    cache.set('a', proven(one));
    cache.set('b', proven(other));
    cache.clear(one);
    expect(cache.get('a')).toBeUndefined();
    expect(cache.get('b')).toBeDefined();
    expect(cache.stats().entries).toBe(1);
  });
});
