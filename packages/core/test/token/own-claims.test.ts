import { afterEach, describe, expect, it } from 'vitest';
import { createVerifier } from '../../src/index.ts';
import { clientId, idToken, nonce } from '../support/id-tokens.ts';
import { audience, issuer, now, signToken } from '../support/sign-token.ts';
import { generateTestKey, keySetOf } from '../support/test-key.ts';
import { optionsFor, verifierFor } from '../support/verifiers.ts';

const key = generateTestKey('ES256');
const names: string[] = [];

/** Adds a property to `Object.prototype` until the end of the test. */
function pollute(name: string, value: unknown): void {
  names.push(name);
  Object.defineProperty(Object.prototype, name, { value, enumerable: false, writable: true, configurable: true });
}

afterEach(() => {
  for (const name of names.splice(0)) Reflect.deleteProperty(Object.prototype, name);
});

describe('[TOKEN-OWN-CLAIMS] Object.prototype', () => {
  it.each([
    ['exp', now + 600],
    ['aud', audience],
    ['aud', [audience, null]],
    ['iss', issuer],
  ])('supplies no %s (%o)', async (name, value) => {
    const verifier = verifierFor(key);
    const token = signToken(key, { [name]: undefined });
    pollute(name, value);
    await expect(verifier.verify(token)).rejects.toMatchObject({ claim: name, reason: 'missing' });
  });

  it.each([
    ['sub', 'subject'],
    ['client_id', 'clientId'],
    ['azp', 'clientId'],
  ] as const)('supplies no %s', async (name, property) => {
    const verifier = verifierFor(key);
    const token = signToken(key, { sub: undefined, client_id: undefined });
    pollute(name, 'polluted');
    const verified = await verifier.verify(token);
    expect(verified[property]).toBeUndefined();
  });

  it('supplies no client to clientIds', async () => {
    const verifier = verifierFor(key, { clientIds: ['polluted'] });
    const token = signToken(key, { client_id: undefined });
    pollute('client_id', 'polluted');
    await expect(verifier.verify(token)).rejects.toMatchObject({ claim: 'client_id', reason: 'missing' });
  });

  it.each([
    ['nbf', now + 600],
    ['jti', 5],
    ['cnf', { jkt: 'polluted' }],
    ['token_use', 'id'],
  ])('refuses no token by %s', async (name, value) => {
    const verifier = verifierFor(key);
    const token = signToken(key, { [name]: undefined }, { typ: 'JWT' });
    pollute(name, value);
    await expect(verifier.verify(token)).resolves.toMatchObject({ subject: 'subject' });
  });

  it('makes no access token of an ID token as typ, and supplies no alg', async () => {
    const verifier = createVerifier({ ...optionsFor(key), audience: clientId, jwks: keySetOf(key) });
    const idTokenWithoutType = idToken({}, { typ: undefined }, key);
    const withoutAlgorithm = signToken(key, {}, { alg: undefined });
    pollute('typ', 'at+jwt');
    pollute('alg', 'ES256');
    await expect(verifier.verify(idTokenWithoutType)).rejects.toMatchObject({ code: 'ERR_TOKEN_TYPE' });
    await expect(verifier.verify(withoutAlgorithm)).rejects.toMatchObject({ code: 'ERR_ALG_NOT_ALLOWED' });
  });

  it('supplies no nonce to an ID token', async () => {
    const verifier = verifierFor(key);
    const token = idToken({ nonce: undefined }, {}, key);
    pollute('nonce', nonce);
    const verified = verifier.verifyIdToken(token, { clientId, nonce });
    await expect(verified).rejects.toMatchObject({ claim: 'nonce', reason: 'missing' });
  });
});
