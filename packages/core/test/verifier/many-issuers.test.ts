import { startAuthorizationServer } from '@verifier/test-issuer';
import { describe, expect, it } from 'vitest';
import { createVerifier } from '../../src/index.ts';
import { authErrorFrom, authErrorOf } from '../support/expected-errors.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { FakeIssuer } from '../support/fake-issuer.ts';
import { audience, signToken } from '../support/sign-token.ts';
import { generateTestKey, keySetOf, type TestKey } from '../support/test-key.ts';

const a = 'https://a.example';
const b = 'https://b.example';
const clock = new FakeClock();

describe('several issuers', () => {
  it('are each verified with their own keys and their own audience', () => {
    const [keyA, keyB] = [generateTestKey('ES256'), generateTestKey('Ed25519')];
    const issuers = [
      { issuer: a, audience: 'for-a', jwks: keySetOf(keyA) },
      { issuer: b, audience: 'for-b', jwks: keySetOf(keyB) },
    ];
    const verifier = createVerifier({ issuers, clock });
    expect(verifier.verifySync(signToken(keyA, { iss: a, aud: 'for-a' })).issuer).toBe(a);
    expect(verifier.verifySync(signToken(keyB, { iss: b, aud: 'for-b' })).issuer).toBe(b);
    const swapped = signToken(keyA, { iss: a, aud: 'for-b' });
    expect(authErrorOf(() => verifier.verifySync(swapped)).code).toBe('ERR_AUDIENCE_MISMATCH');
    expect(authErrorOf(() => verifier.verifySync(signToken(keyA, { iss: b, aud: 'for-b' }))).code).toBe(
      'ERR_KEY_NOT_FOUND',
    );
    const unknown = signToken(keyA, { iss: 'https://c.example', aud: 'for-a' });
    expect(authErrorOf(() => verifier.verifySync(unknown)).code).toBe('ERR_ISSUER_UNKNOWN');
  });

  it('are fetched separately: only the one that a token names', async () => {
    const key = generateTestKey('ES256');
    const [first, second] = [new FakeIssuer([key], a), new FakeIssuer([key], b)];
    const fetch: typeof first.options.http.fetch = (url, init) =>
      (url.startsWith(a) ? first : second).options.http.fetch(url, init);
    const issuers = [a, b].map((issuer) => ({ issuer, audience }));
    const verifier = createVerifier({ issuers, clock, http: { fetch } });
    await verifier.verify(signToken(key, { iss: b }));
    expect(first.requests).toEqual([]);
    expect(second.requests).toEqual([`${b}/.well-known/openid-configuration`, `${b}/keys`]);
    expect(verifier.ready()).toBe(false);
    await verifier.warmUp();
    expect(verifier.ready()).toBe(true);
    expect(Object.keys(verifier.stats().issuers)).toEqual([a, b]);
    await verifier.close();
  });

  it('are not affected by one of them that does not respond', async () => {
    const key = generateTestKey('ES256');
    const fake = new FakeIssuer([key], a);
    const fetch: typeof fake.options.http.fetch = (url, init) =>
      url.startsWith(a) ? fake.options.http.fetch(url, init) : new Promise(() => undefined);
    const issuers = [a, b].map((issuer) => ({ issuer, audience }));
    const verifier = createVerifier({ issuers, clock, http: { fetch, timeout: 60 } });
    const hanging = verifier.verify(signToken(key, { iss: b })).catch(() => undefined);
    await expect(verifier.verify(signToken(key, { iss: a }))).resolves.toMatchObject({ issuer: a });
    await verifier.close();
    await hanging;
  });
});

describe('two issuers with the same key identifier', () => {
  const kid = 'same';

  function crossed(keyA: TestKey, keyB: TestKey): ReturnType<typeof createVerifier> {
    const issuers = [
      { issuer: a, audience, jwks: keySetOf(keyA) },
      { issuer: b, audience, jwks: keySetOf(keyB) },
    ];
    return createVerifier({ issuers, clock });
  }

  function expectApart(verifier: ReturnType<typeof createVerifier>, iss: string, own: TestKey, other: TestKey): void {
    for (let round = 0; round < 2; round += 1) {
      expect(verifier.verifySync(signToken(own, { iss })).issuer).toBe(iss);
      expect(authErrorOf(() => verifier.verifySync(signToken(other, { iss }))).code).toBe('ERR_SIGNATURE_INVALID');
    }
  }

  it.each(['Ed25519', 'ES256', 'RS256'] as const)(
    '[ISSUERS-OWN-KEYS] never use a key of the other one, in either order: %s',
    (alg) => {
      const [keyA, keyB] = [generateTestKey(alg, kid), generateTestKey(alg, kid, 'second')];
      const firstA = crossed(keyA, keyB);
      expectApart(firstA, a, keyA, keyB);
      expectApart(firstA, b, keyB, keyA);
      const firstB = crossed(keyA, keyB);
      expectApart(firstB, b, keyB, keyA);
      expectApart(firstB, a, keyA, keyB);
    },
  );

  it('never use a cached token of the other one', () => {
    const key = generateTestKey('Ed25519', kid);
    const verifier = crossed(key, generateTestKey('Ed25519', kid));
    const token = signToken(key, { iss: a });
    verifier.verifySync(token);
    verifier.verifySync(token);
    const [header, , signature] = token.split('.');
    const [, claims] = signToken(key, { iss: b }).split('.');
    const forged = `${header}.${claims}.${signature}`;
    expect(authErrorOf(() => verifier.verifySync(forged)).code).toBe('ERR_SIGNATURE_INVALID');
  });

  it('[ISSUERS-OWN-KEYS] never share fetched keys', async () => {
    const [one, two] = await Promise.all([
      startAuthorizationServer({ alg: 'ES256', keyId: kid }),
      startAuthorizationServer({ alg: 'ES256', keyId: kid }),
    ]);
    const issuers = [one, two].map(({ issuer }) => ({ issuer, audience: one.audience }));
    const verifier = createVerifier({ issuers });
    const [good, bad] = await Promise.all([one.sign(), two.sign({ iss: one.issuer })]);
    expect((await verifier.verify(good)).issuer).toBe(one.issuer);
    expect((await authErrorFrom(verifier.verify(bad))).code).toBe('ERR_SIGNATURE_INVALID');
    expect((await verifier.verify(await two.sign())).issuer).toBe(two.issuer);
    expect((await authErrorFrom(verifier.verify(await one.sign({ iss: two.issuer })))).code).toBe(
      'ERR_SIGNATURE_INVALID',
    );
    await Promise.all([verifier.close(), one.close(), two.close()]);
  });

  it.each(['a"],["b', "a','b", 'a|b', 'a\u0000b', 'https://b.example'])(
    'are distinguished even if an identifier contains separators: %j',
    (hostile) => {
      const [keyA, keyB] = [generateTestKey('ES256', hostile), generateTestKey('ES256', hostile)];
      const verifier = crossed(keyA, keyB);
      expect(verifier.verifySync(signToken(keyA, { iss: a })).issuer).toBe(a);
      expect(authErrorOf(() => verifier.verifySync(signToken(keyA, { iss: b }))).code).toBe('ERR_SIGNATURE_INVALID');
    },
  );
});
