import { beforeEach, describe, expect, it, vi } from 'vitest';
import { createVerifier, type SingleIssuerOptions, type Verifier } from '../../src/index.ts';
import { authErrorFrom, authErrorOf } from '../support/expected-errors.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { FakeIssuer } from '../support/fake-issuer.ts';
import { audience, issuer, now, signToken } from '../support/sign-token.ts';
import { generateTestKey, keySetOf } from '../support/test-key.ts';

const key = generateTestKey('Ed25519');
const rsa = generateTestKey('RS256');
const jwks = keySetOf(key, rsa);
const clock = new FakeClock();

function cachingVerifier(options: Partial<SingleIssuerOptions> = {}): Verifier {
  return createVerifier({ issuer, audience, jwks, clock, ...options });
}

function codeOf(verifier: Verifier, token: string): string {
  return authErrorOf(() => verifier.verifySync(token)).code;
}

/** Returns a verifier that has cached the token. Verifiers with the same keys share the cache. */
function verifierWithCached(token: string): Verifier {
  const verifier = cachingVerifier();
  verifier.verifySync(token);
  verifier.verifySync(token);
  expect(verifier.stats().tokenCache.hits).toBeGreaterThan(0);
  return verifier;
}

describe('a cached token', () => {
  // A token from the future causes one warning.
  beforeEach(() => {
    vi.spyOn(process, 'emitWarning').mockReturnValue(undefined);
  });

  it('[CACHE-TIMES] is refused once it expires, with and without iat', () => {
    for (const iat of [now, undefined]) {
      const moving = new FakeClock();
      const verifier = cachingVerifier({ clock: moving });
      const token = signToken(key, { iat, exp: now + 60 });
      verifier.verifySync(token);
      moving.advance(64);
      expect(verifier.verifySync(token).expiresAt).toBe(now + 60);
      moving.advance(1);
      expect(codeOf(verifier, token)).toBe('ERR_TOKEN_EXPIRED');
    }
  });

  it('[CACHE-TIMES] is refused once it is older than maxTokenAge', () => {
    const moving = new FakeClock();
    const verifier = cachingVerifier({ clock: moving, maxTokenAge: 60 });
    const token = signToken(key);
    verifier.verifySync(token);
    moving.advance(66);
    expect(codeOf(verifier, token)).toBe('ERR_TOKEN_TOO_OLD');
  });

  it('is refused if the clock was set back before nbf', () => {
    const moving = new FakeClock();
    const verifier = cachingVerifier({ clock: moving });
    const token = signToken(key, { nbf: now });
    verifier.verifySync(token);
    moving.advance(-6);
    expect(codeOf(verifier, token)).toBe('ERR_TOKEN_NOT_YET_VALID');
  });

  const strict: readonly (readonly [string, Partial<SingleIssuerOptions>, string])[] = [
    ['another audience', { audience: 'another' }, 'ERR_AUDIENCE_MISMATCH'],
    ['other clients', { clientIds: ['another'] }, 'ERR_CLAIM_INVALID'],
    ['other algorithms', { algorithms: ['RS256'] }, 'ERR_ALG_NOT_ALLOWED'],
    ['more claims', { requiredClaims: ['groups'] }, 'ERR_CLAIM_MISSING'],
    ['a shorter length', { maxTokenSize: 256 }, 'ERR_TOKEN_TOO_LARGE'],
    ['a verdict', { validate: () => 'no' }, 'ERR_TOKEN_REJECTED'],
  ];

  it.each(strict)('[CACHE-POLICY] is validated again by a verifier that requires %s', (_name, options, code) => {
    const token = signToken(key, { jti: code });
    const lenient = verifierWithCached(token);
    const other = cachingVerifier(options);
    expect(codeOf(other, token)).toBe(code);
    expect(lenient.verifySync(token).subject).toBe('subject');
    expect(codeOf(other, token)).toBe(code);
  });

  it('is validated again by a verifier that requires the type at+jwt', () => {
    const token = signToken(key, {}, { typ: 'JWT' });
    const lenient = verifierWithCached(token);
    expect(codeOf(cachingVerifier({ tokenType: 'at+jwt' }), token)).toBe('ERR_TOKEN_TYPE');
    expect(lenient.verifySync(token).header?.typ).toBe('JWT');
  });

  it('has the scopes that each verifier reads from it', () => {
    const token = signToken(key, { scope: 'read', permissions: ['write'] });
    const first = verifierWithCached(token);
    const second = cachingVerifier({ scopeClaims: ['permissions'] });
    for (let round = 0; round < 3; round += 1) {
      expect(first.verifySync(token).scopes).toEqual(['read']);
      expect(second.verifySync(token).scopes).toEqual(['write']);
    }
  });

  it('is not shared with a verifier that has other keys of the same issuer', () => {
    const token = signToken(key);
    verifierWithCached(token);
    const others = cachingVerifier({ jwks: keySetOf(generateTestKey('Ed25519', key.kid)) });
    expect(codeOf(others, token)).toBe('ERR_SIGNATURE_INVALID');
  });

  it('[CACHE-KEY] is refused as soon as its key is removed, or replaced by another one with the same kid', async () => {
    for (const next of [generateTestKey('Ed25519'), generateTestKey('Ed25519', key.kid)]) {
      const moving = new FakeClock();
      const fake = new FakeIssuer([key]);
      const verifier = createVerifier({ ...fake.options, clock: moving, keyCache: { ttl: 600 } });
      const token = signToken(key);
      await verifier.verify(token);
      expect(verifier.verifySync(token).subject).toBe('subject');
      fake.publish(keySetOf(next));
      moving.advance(590);
      // The request that starts the refresh still uses the cached keys.
      expect(verifier.verifySync(token).subject).toBe('subject');
      await vi.waitFor(() => expect(verifier.stats().issuers[issuer]).toMatchObject({ refreshes: 2 }));
      const error = await authErrorFrom(verifier.verify(token));
      expect(['ERR_KEY_NOT_FOUND', 'ERR_SIGNATURE_INVALID']).toContain(error.code);
      await verifier.close();
    }
  });

  it('is distinguished from a token that differs in any one character', () => {
    const token = signToken(key, { filling: 'x'.repeat(200) });
    const verifier = verifierWithCached(token);
    for (let at = 0; at < token.length; at += 7) {
      const changed = `${token.slice(0, at)}${token[at] === 'A' ? 'B' : 'A'}${token.slice(at + 1)}`;
      expect(authErrorOf(() => verifier.verifySync(changed)).status).toBe(401);
    }
  });

  it('is verified from the start after clear()', () => {
    const token = signToken(key);
    const verifier = verifierWithCached(token);
    const { entries, misses } = verifier.stats().tokenCache;
    verifier.clear(issuer);
    expect(verifier.stats().tokenCache.entries).toBeLessThan(entries);
    verifier.verifySync(token);
    expect(verifier.stats().tokenCache.misses).toBe(misses + 1);
  });
});

describe('the token cache', () => {
  it('evicts a token whose key was removed, but not one that a verifier merely does not accept', async () => {
    const fake = new FakeIssuer([key]);
    const moving = new FakeClock();
    const options = { ...fake.options, clock: moving, keyCache: { ttl: 600 } };
    const verifier = createVerifier(options);
    const token = signToken(key);
    await verifier.verify(token);
    const { entries } = verifier.stats().tokenCache;
    const rsaOnly = createVerifier({ ...options, algorithms: ['RS256'] });
    expect((await authErrorFrom(rsaOnly.verify(token))).code).toBe('ERR_ALG_NOT_ALLOWED');
    expect(verifier.stats().tokenCache.entries).toBe(entries);
    fake.publish(keySetOf(generateTestKey('Ed25519')));
    moving.advance(590);
    verifier.verifySync(token);
    await vi.waitFor(() => expect(verifier.stats().issuers[issuer]).toMatchObject({ refreshes: 2 }));
    expect((await authErrorFrom(verifier.verify(token))).code).toBe('ERR_KEY_NOT_FOUND');
    expect(verifier.stats().tokenCache.entries).toBe(entries - 1);
    await Promise.all([verifier.close(), rsaOnly.close()]);
  });

  it('[TOKEN-BOUND-ALWAYS] does not skip the binding of a cached token', () => {
    const calls: string[] = [];
    const clock = new FakeClock();
    const verifier = cachingVerifier({ clock, validate: () => void calls.push('validate') });
    const token = signToken(key, { cnf: { jkt: 'thumbprint' }, exp: now + 60 });
    for (let count = 0; count < 3; count += 1) expect(codeOf(verifier, token)).toBe('ERR_BINDING_REQUIRED');
    expect(verifier.stats().tokenCache).toMatchObject({ hits: 2, misses: 1 });
    // The claims come first: an expired token is reported as such.
    clock.advance(66);
    expect(codeOf(verifier, token)).toBe('ERR_TOKEN_EXPIRED');
    expect(calls).toEqual([]);
  });

  it('does not cache a refused token', () => {
    const verifier = cachingVerifier();
    const stranger = generateTestKey('Ed25519', key.kid);
    const { entries } = verifier.stats().tokenCache;
    for (const token of [signToken(stranger), signToken(key, { exp: 1 }), signToken(key, { aud: 'x' }), 'x', 'a.b.c']) {
      authErrorOf(() => verifier.verifySync(token));
      authErrorOf(() => verifier.verifySync(token));
    }
    expect(verifier.stats().tokenCache).toMatchObject({ entries, hits: 0 });
  });

  it('contains at most maxEntries, and evicts the least recently used first', () => {
    const verifier = cachingVerifier();
    const { maxEntries } = verifier.stats().tokenCache;
    expect(maxEntries).toBe(5000);
    verifier.clear();
    const first = signToken(key, { jti: 'first' });
    verifier.verifySync(first);
    for (let count = 0; count < maxEntries + 10; count += 1) {
      verifier.verifySync(signToken(key, { jti: `${count}` }));
      if (count % 1000 === 0) verifier.verifySync(first);
    }
    expect(verifier.stats().tokenCache.entries).toBe(maxEntries);
    const { hits } = verifier.stats().tokenCache;
    verifier.verifySync(first);
    expect(verifier.stats().tokenCache.hits).toBe(hits + 1);
  });

  it('is not used with tokenCache: false', () => {
    const verifier = cachingVerifier({ tokenCache: false });
    const token = signToken(key);
    verifier.verifySync(token);
    verifier.verifySync(token);
    expect(verifier.stats().tokenCache).toEqual({ hits: 0, misses: 2, hitRate: 0, entries: 0, maxEntries: 0 });
  });

  it('grows to the largest maxEntries of the process, and keeps its entries', () => {
    const token = signToken(key, { jti: 'kept' });
    const verifier = verifierWithCached(token);
    const { entries } = verifier.stats().tokenCache;
    const larger = cachingVerifier({ tokenCache: { maxEntries: 6000 } });
    cachingVerifier({ tokenCache: { maxEntries: 10 } });
    expect(larger.stats().tokenCache).toMatchObject({ entries, maxEntries: 6000 });
    larger.verifySync(token);
    expect(larger.stats().tokenCache).toMatchObject({ hits: 1, misses: 0, hitRate: 1 });
  });
});
