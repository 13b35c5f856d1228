import { describe, expect, it } from 'vitest';
import { TokenCache, type VerifiedJws } from '../../src/issuers/token-cache.ts';
import type { PublishedKey } from '../../src/keys/published-key.ts';

const key: PublishedKey = { kid: 'a', alg: 'ES256', import: () => undefined };
const [one, other] = [{ name: 'one' }, { name: 'other' }];

function jwsOf(owner: object): VerifiedJws {
  return { owner, key, algorithm: 'ES256', header: { alg: 'ES256' }, claims: {}, accepted: undefined };
}

describe('the token cache', () => {
  it('caches nothing before a capacity is reserved', () => {
    const cache = new TokenCache();
    cache.set('a', jwsOf(one));
    cache.clear(one);
    expect(cache.get('a')).toBeUndefined();
    expect(cache.stats()).toEqual({ entries: 0, maxEntries: 0 });
  });

  it('keeps its entries when the capacity grows, and never shrinks', () => {
    const cache = new TokenCache();
    cache.reserve(1);
    expect(cache.stats()).toEqual({ entries: 0, maxEntries: 1 });
    const cached = jwsOf(one);
    cache.set('a', cached);
    cache.reserve(2);
    cache.set('b', jwsOf(one));
    cache.reserve(1);
    expect(cache.get('a')).toBe(cached);
    expect(cache.stats()).toEqual({ entries: 2, maxEntries: 2 });
  });

  it('evicts the least recently used token at capacity', () => {
    const cache = new TokenCache();
    cache.reserve(2);
    cache.set('a', jwsOf(one));
    cache.set('b', jwsOf(one));
    cache.get('a');
    cache.set('c', jwsOf(one));
    expect(['a', 'b', 'c'].map((digest) => cache.get(digest) !== undefined)).toEqual([true, false, true]);
  });

  it('keeps its order when the same capacity is reserved again', () => {
    const cache = new TokenCache();
    cache.reserve(2);
    cache.set('a', jwsOf(one));
    cache.set('b', jwsOf(one));
    cache.get('a');
    cache.reserve(2);
    cache.set('c', jwsOf(one));
    expect(cache.get('a')).toBeDefined();
  });

  it('[CACHE-CLEAR] does not visit the tokens of other owners', () => {
    const cache = new TokenCache();
    cache.reserve(1000);
    let visits = 0;
    for (let index = 0; index < 900; index += 1) {
      const counting: VerifiedJws = {
        ...jwsOf(other),
        get owner() {
          visits += 1;
          return other;
        },
      };
      cache.set(`other-${index}`, counting);
    }
    visits = 0;
    for (let index = 0; index < 10; index += 1) cache.set(`one-${index}`, jwsOf(one));
    cache.clear(one);
    expect(visits).toBe(0);
    expect(cache.stats().entries).toBe(900);
  });

  it('clears tokens that were cached before its capacity grew, and none that was replaced or evicted', () => {
    const cache = new TokenCache();
    cache.reserve(2);
    cache.set('a', jwsOf(one));
    cache.set('b', jwsOf(one));
    cache.set('c', jwsOf(other));
    cache.reserve(4);
    cache.set('b', jwsOf(other));
    cache.set('d', jwsOf(one));
    cache.clear(one);
    expect(['a', 'b', 'c', 'd'].map((digest) => cache.get(digest) !== undefined)).toEqual([false, true, true, false]);
    cache.clear(other);
    expect(cache.stats().entries).toBe(0);
  });

  it('clears the tokens of one owner only', () => {
    const cache = new TokenCache();
    cache.reserve(3);
    cache.set('a', jwsOf(one));
    cache.set('b', jwsOf(other));
    cache.clear(one);
    expect(cache.get('a')).toBeUndefined();
    expect(cache.get('b')).toBeDefined();
    expect(cache.stats().entries).toBe(1);
  });
});
