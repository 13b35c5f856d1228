import { describe, expect, it } from 'vitest';
import { authentik } from '../../src/index.ts';
import { authErrorFrom, configurationErrorIn } from '../support/expected-errors.ts';
import { encode, now, signParts } from '../support/sign-token.ts';
import { generateTestKey } from '../support/test-key.ts';
import { verifierOfDocuments } from './verifier-of-documents.ts';

const key = generateTestKey('RS256', '1e3cb8a9cc6d0e9b7f5d');
const base = 'https://authentik.example.com';
const issuer = `${base}/application/o/orders/`;
const clientId = 'ZkBcIuJzIWbrzKhbrUQ';
const options = { url: base, application: 'orders', clientId };
const documents = {
  [`${issuer}.well-known/openid-configuration`]: { issuer, jwks_uri: `${issuer}jwks/` },
  [`${issuer}jwks/`]: { keys: [key.jwk] },
};

type Members = Readonly<Record<string, unknown>>;

// The claims of an ID token of authentik. Its access tokens have the same, and azp and uid.
function idTokenFor(claims: Members = {}): string {
  const all = {
    iss: issuer,
    sub: 'a5c9d0f3e6b7',
    aud: clientId,
    exp: now + 300,
    iat: now,
    auth_time: now - 60,
    acr: 'goauthentik.io/providers/oauth2/default',
    amr: ['pwd'],
    sid: 'b1946ac92492d234',
    email: 'ada@example.com',
    groups: ['buyers'],
    ...claims,
  };
  const header = { alg: 'RS256', kid: key.kid, typ: 'JWT' };
  return signParts(key, encode(JSON.stringify(header)), encode(JSON.stringify(all)));
}

function tokenFor(claims: Members = {}): string {
  return idTokenFor({ azp: clientId, uid: 'KhbrUQZkBcIuJzIW', ...claims });
}

describe('authentik()', () => {
  it.each([
    ['of a login', {}],
    ['of a login with a nonce', { nonce: 'n-0S6_WzA2Mj', at_hash: 'x' }],
    ['of a client for itself', { email: undefined, groups: ['buyers'], amr: undefined, sid: undefined }],
  ])('[PROVIDERS-ID-TOKENS] accepts the access token %s', async (_name, claims) => {
    const { verifier, requests } = verifierOfDocuments(authentik(options), documents);
    await expect(verifier.verify(tokenFor(claims), { group: 'buyers' })).resolves.toMatchObject({ issuer, clientId });
    expect(requests).toEqual(Object.keys(documents));
  });

  it.each([
    ['with a nonce', { nonce: 'n', at_hash: 'x' }],
    ['without a nonce', {}],
  ])('[PROVIDERS-ID-TOKENS] refuses an ID token %s', async (_name, claims) => {
    const { verifier } = verifierOfDocuments(authentik(options), documents);
    expect(await authErrorFrom(verifier.verify(idTokenFor(claims)))).toMatchObject({ code: 'ERR_TOKEN_TYPE' });
  });

  it('knows the keys of an application whose provider shares its issuer', async () => {
    const { verifier, requests } = verifierOfDocuments(authentik({ ...options, issuerMode: 'global' }), documents);
    await expect(verifier.verify(tokenFor({ iss: `${base}/` }))).resolves.toHaveProperty('issuer', `${base}/`);
    expect(requests).toEqual([`${issuer}jwks/`]);
    expect(await authErrorFrom(verifier.verify(tokenFor()))).toMatchObject({ code: 'ERR_ISSUER_UNKNOWN' });
  });

  it('refuses a token of another application', async () => {
    const { verifier } = verifierOfDocuments(authentik(options), documents);
    expect(await authErrorFrom(verifier.verify(tokenFor({ aud: 'other' })))).toMatchObject({
      code: 'ERR_AUDIENCE_MISMATCH',
    });
  });

  it('ignores slashes at the end of the URL, and keeps a path', () => {
    expect(authentik({ ...options, url: `${base}//` }).issuer).toBe(issuer);
    expect(authentik({ ...options, url: `${base}/sso/` }).issuer).toBe(`${base}/sso/application/o/orders/`);
  });

  it.each([
    [{ ...options, url: 'authentik.example.com' }, /^authentik: url .*URL/],
    [{ ...options, application: 'a/b' }, /^authentik: application .*slug/],
    [{ ...options, application: '' }, /^authentik: application .*slug/],
    [{ ...options, clientId: undefined }, /^authentik: clientId is missing/],
    [{ ...options, issuerMode: 'GLOBAL' }, /^authentik: issuerMode .*per_provider or global/],
  ])('refuses %j, and names what is wrong', (wrong, message) => {
    expect(configurationErrorIn(() => authentik(wrong as typeof options)).message).toMatch(message);
  });
});
