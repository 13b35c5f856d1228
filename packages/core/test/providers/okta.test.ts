import { describe, expect, it } from 'vitest';
import { okta } from '../../src/index.ts';
import { authErrorFrom } from '../support/expected-errors.ts';
import { claimsWith, encode, signParts } from '../support/sign-token.ts';
import { generateTestKey } from '../support/test-key.ts';
import { verifierOfDocuments } from './verifier-of-documents.ts';

const key = generateTestKey('RS256', 'ZkvelLN_seik7w4pc_prCcfUf');
const issuer = 'https://example.okta.com/oauth2/default';
const clientId = '0oa1example2CLIENT345';
const documents = {
  [`${issuer}/.well-known/openid-configuration`]: { issuer, jwks_uri: `${issuer}/v1/keys` },
  [`${issuer}/v1/keys`]: { keys: [key.jwk] },
};

type Members = Readonly<Record<string, unknown>>;

// Okta writes neither typ into the header nor client_id into the claims.
function tokenFor(claims: Members): string {
  const all = { ...claimsWith(), ver: 1, iss: issuer, client_id: undefined, ...claims };
  return signParts(key, encode(JSON.stringify({ kid: key.kid, alg: 'RS256' })), encode(JSON.stringify(all)));
}

const ofUser = {
  aud: 'api://default',
  cid: clientId,
  uid: '00u1',
  scp: ['openid', 'orders'],
  sub: 'ada@contoso.example',
};
const ofClient = { aud: 'api://default', cid: clientId, scp: ['orders'], sub: clientId };
const idToken = { aud: clientId, sub: '00u1', name: 'Ada', amr: ['pwd'], idp: '00o1', auth_time: 1_900_000_000 };

describe('okta()', () => {
  it.each([
    ['of a user', ofUser],
    ['of a client for itself', ofClient],
    ['with client_id instead of cid', { ...ofClient, cid: undefined, client_id: clientId }],
  ])('accepts a token %s', async (_name, claims) => {
    const { verifier } = verifierOfDocuments(okta({ issuer, audience: 'api://default' }), documents);
    await expect(verifier.verify(tokenFor(claims))).resolves.toMatchObject({ issuer, clientId });
  });

  it.each([
    ['without a nonce', idToken],
    ['with at_hash and a nonce', { ...idToken, at_hash: 'x', nonce: 'n' }],
    ['with scopes of its own', { ...idToken, scp: ['openid'] }],
    ['with null in cid', { ...idToken, cid: null }],
  ])('[PROVIDERS-ID-TOKENS] refuses an ID token %s, also if its client is the audience', async (_name, claims) => {
    const { verifier } = verifierOfDocuments(okta({ issuer, audience: clientId }), documents);
    expect(await authErrorFrom(verifier.verify(tokenFor(claims)))).toMatchObject({ code: 'ERR_TOKEN_TYPE' });
  });

  it('requires the claims that the application lists instead', async () => {
    const options = okta({ issuer, audience: 'api://default', accessTokenClaims: { uid: true } });
    const { verifier } = verifierOfDocuments(options, documents);
    await expect(verifier.verify(tokenFor(ofUser))).resolves.toHaveProperty('issuer', issuer);
    expect(await authErrorFrom(verifier.verify(tokenFor(ofClient)))).toMatchObject({ code: 'ERR_TOKEN_TYPE' });
  });

  it('requires none of them if ID tokens are accepted', async () => {
    const options = okta({ issuer, audience: clientId, dangerouslyAcceptIdTokens: true });
    const { verifier } = verifierOfDocuments(options, documents);
    await expect(verifier.verify(tokenFor({ ...idToken, at_hash: 'x' }))).resolves.toHaveProperty('subject', '00u1');
  });

  it.each([undefined, false])('requires its own if dangerouslyAcceptIdTokens is %s', async (value) => {
    const given = { issuer, audience: clientId, accessTokenClaims: undefined, dangerouslyAcceptIdTokens: value };
    const { verifier } = verifierOfDocuments(okta(given as unknown as Parameters<typeof okta>[0]), documents);
    expect(await authErrorFrom(verifier.verify(tokenFor(idToken)))).toMatchObject({ code: 'ERR_TOKEN_TYPE' });
  });
});
