import { describe, expect, it } from 'vitest';
import { HeaderCache } from '../../src/token/header-cache.ts';
import type { JwsHeader } from '../../src/token/verified-token.ts';

const header: JwsHeader = { alg: 'ES256', kid: 'a' };

describe('the header cache', () => {
  it('returns the first header that was set for an encoded text', () => {
    const cache = new HeaderCache();
    expect(cache.get('eyJ')).toBeUndefined();
    cache.set('eyJ', header);
    cache.set('eyJ', { alg: 'RS256' });
    expect(cache.get('eyJ')).toBe(header);
    expect(cache.get('eyK')).toBeUndefined();
  });

  it('contains 256 headers, and is cleared when one more is added', () => {
    const cache = new HeaderCache();
    for (let index = 0; index < 256; index += 1) cache.set(`h${index}`, header);
    expect(cache.get('h0')).toBe(header);
    expect(cache.get('h255')).toBe(header);
    cache.set('h255', header);
    expect(cache.get('h0')).toBe(header);
    cache.set('h256', header);
    expect(cache.get('h0')).toBeUndefined();
    expect(cache.get('h256')).toBe(header);
  });
});
