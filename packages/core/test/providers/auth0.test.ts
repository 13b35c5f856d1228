import { describe, expect, it } from 'vitest';
import { auth0 } from '../../src/index.ts';
import { authErrorFrom, configurationErrorIn } from '../support/expected-errors.ts';
import { claimsWith, encode, signParts } from '../support/sign-token.ts';
import { generateTestKey } from '../support/test-key.ts';
import { verifierOfDocuments } from './verifier-of-documents.ts';

const key = generateTestKey('RS256', 'NEE1QURBOTM4MzI5RkFDNTYxOTU1MDg2ODgwQ0UzMTk1QjYyRkRFQw');
const issuer = 'https://example.eu.auth0.com/';
const audience = 'https://api.example';

const documents = {
  [`${issuer}.well-known/openid-configuration`]: {
    issuer,
    authorization_endpoint: `${issuer}authorize`,
    jwks_uri: `${issuer}.well-known/jwks.json`,
    id_token_signing_alg_values_supported: ['HS256', 'RS256', 'PS256'],
  },
  [`${issuer}.well-known/jwks.json`]: {
    keys: [{ ...key.jwk, use: 'sig', x5t: key.kid, x5c: ['MIIDDTCCAfWgAwIBAgIJ'] }],
  },
};

// A user's access token with role-based access control: two audiences, azp instead of client_id, permissions.
function tokenFor(claims: Readonly<Record<string, unknown>> = {}): string {
  const header = { alg: 'RS256', typ: 'JWT', kid: key.kid };
  const all = {
    ...claimsWith(),
    iss: issuer,
    sub: 'auth0|5f7c8ec7c33c6c004bbafe82',
    aud: [audience, `${issuer}userinfo`],
    client_id: undefined,
    azp: 'my_client_id',
    scope: 'openid profile read:orders',
    permissions: ['read:orders', 'delete:orders'],
    ...claims,
  };
  return signParts(key, encode(JSON.stringify(header)), encode(JSON.stringify(all)));
}

describe('auth0()', () => {
  it('ends the issuer in a slash', async () => {
    const { verifier, requests } = verifierOfDocuments(auth0({ domain: 'example.eu.auth0.com', audience }), documents);
    const auth = await verifier.verify(tokenFor());
    expect(auth).toMatchObject({ issuer, clientId: 'my_client_id', subject: 'auth0|5f7c8ec7c33c6c004bbafe82' });
    expect(requests).toEqual(Object.keys(documents));
  });

  it('reads permissions apart from scopes', async () => {
    const { verifier } = verifierOfDocuments(auth0({ domain: 'example.eu.auth0.com', audience }), documents);
    const token = tokenFor();
    await expect(verifier.verify(token, { permission: 'delete:orders' })).resolves.toMatchObject({
      scopes: ['openid', 'profile', 'read:orders'],
      permissions: ['read:orders', 'delete:orders'],
    });
    const refusal = await authErrorFrom(verifier.verify(token, { scope: 'delete:orders' }));
    expect(refusal).toMatchObject({ code: 'ERR_SCOPE_INSUFFICIENT', status: 403 });
  });

  it.each([
    [
      'of a client for itself',
      { sub: 'my_client_id@clients', aud: audience, gty: 'client-credentials', scope: 'read:orders' },
    ],
    ['of a client without scopes', { sub: 'my_client_id@clients', aud: audience, scope: undefined }],
    ['in the profile of RFC 9068', { azp: undefined, client_id: 'my_client_id' }],
  ])('accepts a token %s', async (_name, claims) => {
    const { verifier } = verifierOfDocuments(auth0({ domain: 'example.eu.auth0.com', audience }), documents);
    await expect(verifier.verify(tokenFor(claims))).resolves.toHaveProperty('clientId', 'my_client_id');
  });

  it.each([
    ['without a nonce', {}],
    ['with the session and the profile', { sid: 's', nickname: 'ada', email: 'ada@contoso.example' }],
  ])('[PROVIDERS-ID-TOKENS] refuses an ID token %s, also if its client is the audience', async (_name, claims) => {
    const options = auth0({ domain: 'example.eu.auth0.com', audience: 'my_client_id' });
    const { verifier } = verifierOfDocuments(options, documents);
    const access = { scope: undefined, permissions: undefined, azp: undefined, jti: undefined };
    const idToken = tokenFor({ ...access, aud: 'my_client_id', ...claims });
    expect(await authErrorFrom(verifier.verify(idToken))).toMatchObject({ code: 'ERR_TOKEN_TYPE' });
  });

  it('refuses the ID token of the same tenant', async () => {
    const { verifier } = verifierOfDocuments(auth0({ domain: 'example.eu.auth0.com', audience }), documents);
    const idToken = tokenFor({ scope: undefined, permissions: undefined, nonce: 'n-0S6_WzA2Mj', aud: audience });
    expect(await authErrorFrom(verifier.verify(idToken))).toMatchObject({ code: 'ERR_TOKEN_TYPE' });
  });

  it.each(['https://example.eu.auth0.com', 'example.eu.auth0.com/', '', undefined, 7])(
    'refuses %j as a domain, and describes one',
    (domain) => {
      const fault = configurationErrorIn(() => auth0({ domain: domain as string, audience }));
      expect(fault.message).toMatch(/^auth0: domain .*host name/);
    },
  );
});
