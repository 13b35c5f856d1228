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
