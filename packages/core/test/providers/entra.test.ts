import { describe, expect, it } from 'vitest';
import { entra } from '../../src/index.ts';
import { authErrorFrom, configurationErrorIn } from '../support/expected-errors.ts';
import { claimsWith, encode, signParts } from '../support/sign-token.ts';
import { generateTestKey } from '../support/test-key.ts';
import { verifierOfDocuments } from './verifier-of-documents.ts';

const key = generateTestKey('RS256', 'nOo3ZDrODXEK1jKWhXslHR_KXEg');
const tenantId = '72f988bf-86f1-41af-91ab-2d7cd011db47';
const clientId = '6e74172b-be56-4843-9ff4-e66a39bb12e3';
const login = `https://login.microsoftonline.com/${tenantId}`;
const v2 = `${login}/v2.0`;
const v1 = `https://sts.windows.net/${tenantId}/`;

// Keys of Entra ID have no alg, and name their issuer.
const { alg: _, ...jwk } = key.jwk;
const keys = { keys: [{ ...jwk, x5t: key.kid, x5c: ['MIIC/TCCAeWgAwIBAgII'], issuer: v2 }] };
const documents = {
  [`${v2}/.well-known/openid-configuration`]: { issuer: v2, jwks_uri: `${login}/discovery/v2.0/keys` },
  [`${login}/discovery/v2.0/keys`]: keys,
  [`${login}/discovery/keys`]: keys,
};

function tokenFor(claims: Readonly<Record<string, unknown>>): string {
  const header = { typ: 'JWT', alg: 'RS256', x5t: key.kid, kid: key.kid };
  const all = { ...claimsWith(), client_id: undefined, tid: tenantId, oid: 'oid', ...claims };
  return signParts(key, encode(JSON.stringify(header)), encode(JSON.stringify(all)));
}

const v2Token = tokenFor({
  iss: v2,
  aud: clientId,
  azp: 'caller',
  azpacr: '1',
  scp: 'Orders.Read',
  roles: ['Admin'],
  ver: '2.0',
});
const v1Token = tokenFor({
  iss: v1,
  aud: `api://${clientId}`,
  appid: 'caller',
  appidacr: '1',
  scp: 'Orders.Read',
  ver: '1.0',
});

describe('entra()', () => {
  it('accepts v2 tokens, whose audience is the client ID', async () => {
    const { verifier } = verifierOfDocuments(entra({ tenantId, clientId }), documents);
    await expect(verifier.verify(v2Token, { role: 'Admin', scope: 'Orders.Read' })).resolves.toMatchObject({
      issuer: v2,
      clientId: 'caller',
      roles: ['Admin'],
    });
  });

  it('accepts v1 tokens, whose issuer is on another host than their keys', async () => {
    const { verifier, requests } = verifierOfDocuments(entra({ tenantId, clientId }), documents);
    await expect(verifier.verify(v1Token)).resolves.toMatchObject({ issuer: v1, clientId: 'caller' });
    expect(requests).toEqual([`${login}/discovery/keys`]);
  });

  it.each([
    ['an app-only v2 token', { iss: v2, aud: clientId, azp: 'caller', azpacr: '1', roles: ['Orders.All'], ver: '2.0' }],
    ['an app-only v1 token', { iss: v1, aud: `api://${clientId}`, appid: 'caller', appidacr: '1', ver: '1.0' }],
    ['an app-only token that says so', { iss: v2, aud: clientId, azp: 'caller', idtyp: 'app', ver: '2.0' }],
    ['a delegated token that has only its scopes', { iss: v2, aud: clientId, scp: 'Orders.Read', ver: '2.0' }],
  ])('accepts %s', async (_name, claims) => {
    const { verifier } = verifierOfDocuments(entra({ tenantId, clientId }), documents);
    await expect(verifier.verify(tokenFor(claims))).resolves.toHaveProperty('issuer', claims.iss);
  });

  const profile = { name: 'Ada', preferred_username: 'ada@contoso.example', rh: '0.', uti: 'u', roles: ['Admin'] };

  it.each([
    ['v2', { iss: v2, aud: clientId, ver: '2.0', ...profile }],
    ['v2, after a login with a nonce', { iss: v2, aud: clientId, ver: '2.0', nonce: 'n', ...profile }],
    ['v2, without a claim about the user', { iss: v2, aud: clientId, ver: '2.0' }],
    ['v1', { iss: v1, aud: clientId, ver: '1.0', unique_name: 'ada', amr: ['pwd'], ipaddr: '192.0.2.1' }],
  ])('[PROVIDERS-ID-TOKENS] refuses the ID token of the same app registration: %s', async (_name, claims) => {
    const { verifier } = verifierOfDocuments(entra({ tenantId, clientId }), documents);
    expect(await authErrorFrom(verifier.verify(tokenFor(claims)))).toMatchObject({ code: 'ERR_TOKEN_TYPE' });
  });

  it('refuses the tokens of another tenant without a fetch', async () => {
    const { verifier, requests } = verifierOfDocuments(entra({ tenantId, clientId }), documents);
    const other = tokenFor({ iss: v2.replace('72f9', '83fa'), aud: clientId });
    expect(await authErrorFrom(verifier.verify(other))).toMatchObject({ code: 'ERR_ISSUER_UNKNOWN' });
    expect(requests).toEqual([]);
  });

  it('uses keys without an algorithm for RS256 only', async () => {
    const { verifier } = verifierOfDocuments(entra({ tenantId, clientId }), documents);
    const header = { typ: 'JWT', alg: 'PS256', kid: key.kid };
    const claims = { ...claimsWith(), iss: v2, aud: clientId };
    const pss = { ...generateTestKey('PS256', key.kid) };
    const token = signParts(pss, encode(JSON.stringify(header)), encode(JSON.stringify(claims)));
    expect(await authErrorFrom(verifier.verify(token))).toMatchObject({ code: 'ERR_ALG_NOT_ALLOWED' });
  });

  it.each(['common', 'organizations', 'contoso.onmicrosoft.com', undefined])('refuses %j as a tenant', (tenant) => {
    expect(configurationErrorIn(() => entra({ tenantId: tenant as string, clientId })).message).toMatch(
      /^entra: tenantId .*GUID/,
    );
  });
});
