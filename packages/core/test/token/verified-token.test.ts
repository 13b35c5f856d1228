import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { VerifiedToken } from '../../src/index.ts';
import { deepFreeze } from '../../src/token/frozen-token.ts';
import { audience, issuer, now, signToken } from '../support/sign-token.ts';
import { generateTestKey } from '../support/test-key.ts';
import { engines, optionsFor, verifierFor, verifierOn } from '../support/verifiers.ts';

const key = generateTestKey('Ed25519');
const nested = { a: [{ b: { c: [1, { d: 'e' }] } }] };
const token = signToken(key, { scope: 'read write', nested });

function isDeeplyFrozen(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return Object.isFrozen(value) && Object.values(value).every(isDeeplyFrozen);
}

describe.each(engines)('a verified token, on the $name engine', (engine) => {
  const caching = verifierOn(engine, optionsFor(key, { tokenCache: {} }));

  it('[TOKEN-FROZEN] is deeply frozen, whether it comes from the cache or not', async () => {
    const first = await caching.verify(token);
    const again = await caching.verify(token);
    expect(caching.stats().tokenCache).toMatchObject({ hits: 1, misses: 1 });
    for (const verified of [first, again]) {
      expect(isDeeplyFrozen(verified)).toBe(true);
      expect(() => Object.assign(verified, { subject: 'x' })).toThrow(TypeError);
      expect(() => Object.assign(verified.claims, { sub: 'x' })).toThrow(TypeError);
      expect(() => (verified.scopes as string[]).push('admin')).toThrow(TypeError);
    }
  });

  it('is the same from the cache', async () => {
    const first = await caching.verify(token);
    const again = await caching.verify(token);
    expect(again).toStrictEqual(first);
    expect(again.token).toBe(first.token);
  });
});

describe('a verified token', () => {
  const verified = verifierFor(key).verifySync(token);

  it('has the claims of the token as named members', () => {
    expect({ ...verified }).toMatchObject({
      scheme: 'Bearer',
      header: { alg: 'Ed25519', kid: key.kid, typ: 'at+jwt' },
      claims: expect.objectContaining({ sub: 'subject', scope: 'read write', nested }),
      issuer,
      subject: 'subject',
      clientId: 'client',
      scopes: ['read', 'write'],
      expiresAt: now + 3600,
    });
    expect(verified.claims.aud).toBe(audience);
  });

  it('has no member for an absent claim', () => {
    const bare = verifierFor(key).verifySync(signToken(key, { sub: undefined, client_id: undefined }));
    expect(Object.keys(bare)).not.toContain('subject');
    expect(Object.keys(bare)).not.toContain('clientId');
    expect(bare.subject).toBeUndefined();
    expect(bare.clientId).toBeUndefined();
    expect(bare.scopes).toEqual([]);
  });

  it.each([
    [{ client_id: 'a', cid: 'b', azp: 'c', appid: 'd' }, 'a'],
    [{ client_id: undefined, cid: 'b', azp: 'c', appid: 'd' }, 'b'],
    [{ client_id: undefined, azp: 'c', appid: 'd' }, 'c'],
    [{ client_id: undefined, appid: 'd' }, 'd'],
  ])('names the client by the first of client_id, cid, azp, appid: %o', (claims, expected) => {
    expect(verifierFor(key).verifySync(signToken(key, claims)).clientId).toBe(expected);
  });

  const showings: Readonly<Record<string, (value: VerifiedToken) => unknown>> = {
    'JSON.stringify': (value) => JSON.stringify({ auth: value }),
    'util.inspect': (value) => inspect(value, { depth: 9 }),
    'util.inspect with hidden members': (value) => inspect(value, { depth: 9, showHidden: true }),
    'a spread': (value) => JSON.stringify({ ...value }),
    'Object.assign': (value) => JSON.stringify(Object.assign({}, value)),
    'Object.entries': (value) => JSON.stringify(Object.entries(value)),
    structuredClone: (value) => inspect(structuredClone(value), { depth: 9 }),
    'a template': (value) => `${value}`,
    'its own property names': (value) => Reflect.ownKeys(value).join(),
  };

  it.each(Object.entries(showings))('[TOKEN-HIDDEN] never shows the token itself: %s', (_name, show) => {
    expect(verified.token).toBe(token);
    for (const part of token.split('.')) expect(show(verified)).not.toContain(part);
  });
});

describe('deepFreeze()', () => {
  it('freezes 5,000 levels without a stack overflow', () => {
    let value: Record<string, unknown> = { end: true };
    for (let depth = 0; depth < 5000; depth += 1) value = depth % 2 === 0 ? { value } : { value: [value] };
    const frozen = deepFreeze(value);
    let level: unknown = frozen;
    let levels = 0;
    while (typeof level === 'object' && level !== null) {
      expect(Object.isFrozen(level)).toBe(true);
      level = Object.values(level)[0];
      levels += 1;
    }
    expect(levels).toBeGreaterThan(5000);
  });

  it('freezes a member named __proto__', () => {
    const value = JSON.parse('{"__proto__":{"a":{"b":1}}}') as Record<string, unknown>;
    deepFreeze(value);
    const inner = Object.getOwnPropertyDescriptor(value, '__proto__')?.value;
    expect(isDeeplyFrozen(inner)).toBe(true);
    expect(Object.isFrozen(Object.prototype)).toBe(false);
  });
});
