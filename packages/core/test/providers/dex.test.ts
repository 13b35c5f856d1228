import { describe, expect, it } from 'vitest';
import { dex } from '../../src/index.ts';
import { authErrorFrom, configurationErrorIn } from '../support/expected-errors.ts';
import { encode, now, signParts } from '../support/sign-token.ts';
import { generateTestKey } from '../support/test-key.ts';
import { verifierOfDocuments } from './verifier-of-documents.ts';

const key = generateTestKey('RS256', '0dd41c9bfcc0fb8dcbd7ef0b1f0ad0a42d5ce3bf');
const issuer = 'https://dex.example.com/dex';
const options = { issuer, clientId: 'orders-api' };
const documents = {
  [`${issuer}/.well-known/openid-configuration`]: { issuer, jwks_uri: `${issuer}/keys` },
  [`${issuer}/keys`]: { keys: [key.jwk] },
};

// An access token of Dex is made by the function that makes its ID tokens, and `at_hash` is the hash of a
// random text. The header has no typ.
function tokenFor(claims: Readonly<Record<string, unknown>> = {}): string {
  const all = {
    iss: issuer,
    sub: 'CgcyMzQyNzQ5EgZnaXRodWI',
    aud: 'orders-api',
    exp: now + 86_400,
    iat: now,
    nonce: 'n-0S6_WzA2Mj',
    at_hash: 'bLyJ2-xv7pEwBpCpmZgxjA',
    email: 'ada@example.com',
    email_verified: true,
    groups: ['buyers'],
    name: 'Ada',
    ...claims,
  };
  return signParts(key, encode(JSON.stringify({ alg: 'RS256', kid: key.kid })), encode(JSON.stringify(all)));
}

describe('dex()', () => {
  it.each([
    ['of a login', {}],
    ['of a login without a nonce', { nonce: undefined }],
    ['for this API and the client that requested it', { aud: ['orders-api', 'shop'], azp: 'shop' }],
  ])('[PROVIDERS-ID-TOKENS] accepts the access token %s', async (_name, claims) => {
    const { verifier } = verifierOfDocuments(dex(options), documents);
    await expect(verifier.verify(tokenFor(claims), { group: 'buyers' })).resolves.toMatchObject({
      issuer,
      subject: 'CgcyMzQyNzQ5EgZnaXRodWI',
    });
  });

  it('accepts several clients', async () => {
    const { verifier } = verifierOfDocuments(dex({ issuer, clientId: ['shop', 'orders-api'] }), documents);
    for (const aud of ['shop', 'orders-api']) await expect(verifier.verify(tokenFor({ aud }))).resolves.toBeDefined();
  });

  it.each([
    ['of another client', { aud: 'shop' }, 'ERR_AUDIENCE_MISMATCH'],
    ['that expired', { exp: now - 60 }, 'ERR_TOKEN_EXPIRED'],
    ['for a logout', { events: {} }, 'ERR_TOKEN_TYPE'],
  ])('refuses a token %s', async (_name, claims, code) => {
    const { verifier } = verifierOfDocuments(dex(options), documents);
    expect(await authErrorFrom(verifier.verify(tokenFor(claims)))).toMatchObject({ code });
  });

  it('accepts no ID token if the application says so, and accepts them if that option is undefined', async () => {
    const strict = verifierOfDocuments(dex({ ...options, dangerouslyAcceptIdTokens: false }), documents);
    expect(await authErrorFrom(strict.verifier.verify(tokenFor()))).toMatchObject({ code: 'ERR_TOKEN_TYPE' });
    const absent = { ...options, dangerouslyAcceptIdTokens: undefined } as unknown as typeof options;
    expect(dex(absent)).toHaveProperty('dangerouslyAcceptIdTokens', true);
  });

  it.each([
    [{ ...options, issuer: 'dex.example.com' }, /^dex: issuer .*URL/],
    [{ ...options, clientId: '' }, /^dex: clientId .*client/],
    [{ ...options, clientId: [] }, /^dex: clientId .*client/],
    [{ issuer }, /^dex: clientId is missing.*client/],
  ])('refuses %j, and names what is wrong', (wrong, message) => {
    expect(configurationErrorIn(() => dex(wrong as typeof options)).message).toMatch(message);
  });
});
