import { describe, expect, it } from 'vitest';
import { keycloak } from '../../src/index.ts';
import { authErrorFrom, configurationErrorIn } from '../support/expected-errors.ts';
import { claimsWith, encode, signParts } from '../support/sign-token.ts';
import { generateTestKey } from '../support/test-key.ts';
import { verifierOfDocuments } from './verifier-of-documents.ts';

const key = generateTestKey('RS256', 'FJ86GcF3jTbNLOco4NvZkUCIUmfYCqoqtOQeMfbhNlE');
const encryption = generateTestKey('RS256', 'encryption-key', 'second');
const issuer = 'https://sso.example/realms/orders';
const options = { url: 'https://sso.example/', realm: 'orders', audience: 'orders.api' };
const documents = {
  [`${issuer}/.well-known/openid-configuration`]: { issuer, jwks_uri: `${issuer}/protocol/openid-connect/certs` },
  [`${issuer}/protocol/openid-connect/certs`]: {
    keys: [{ ...encryption.jwk, use: 'enc', alg: 'RSA-OAEP' }, key.jwk],
  },
};

function tokenFor(
  claims: Readonly<Record<string, unknown>> = {},
  parameters: Readonly<Record<string, unknown>> = {},
): string {
  const all = {
    ...claimsWith(),
    iss: issuer,
    aud: ['orders.api', 'account'],
    client_id: undefined,
    azp: 'shop',
    typ: 'Bearer',
    acr: '1',
    scope: 'email profile',
    realm_access: { roles: ['offline_access', 'clerk'] },
    resource_access: { 'orders.api': { roles: ['approver'] }, account: { roles: ['manage-account'] } },
    ...claims,
  };
  const header = { alg: 'RS256', typ: 'JWT', kid: key.kid, ...parameters };
  return signParts(key, encode(JSON.stringify(header)), encode(JSON.stringify(all)));
}

describe('keycloak()', () => {
  it('reads only the roles of the realm by default', async () => {
    const { verifier } = verifierOfDocuments(keycloak(options), documents);
    const auth = await verifier.verify(tokenFor(), { role: 'clerk' });
    expect(auth.roles).toEqual(['offline_access', 'clerk']);
  });

  it('adds the roles of one client, whose name may contain dots, and of no other', async () => {
    const { verifier } = verifierOfDocuments(keycloak({ ...options, clientId: 'orders.api' }), documents);
    const auth = await verifier.verify(tokenFor(), { role: ['clerk', 'approver'] });
    expect(auth.roles).toEqual(['offline_access', 'clerk', 'approver']);
    const refusal = await authErrorFrom(verifier.verify(tokenFor(), { role: 'manage-account' }));
    expect(refusal).toMatchObject({ code: 'ERR_CLAIMS_INSUFFICIENT', status: 403 });
  });

  it('reads no role from claims of another form', async () => {
    const { verifier } = verifierOfDocuments(keycloak({ ...options, clientId: 'orders.api' }), documents);
    const shapeless = tokenFor({ realm_access: ['clerk'], resource_access: { 'orders.api': null } });
    expect((await verifier.verify(shapeless)).roles).toEqual([]);
  });

  const serviceAccount = {
    sub: 's',
    scope: 'profile email',
    preferred_username: 'service-account-shop',
    clientHost: 'x',
  };

  it.each([
    ['of a client for itself', serviceAccount, {}],
    [
      'that is lightweight',
      { sub: undefined, realm_access: undefined, resource_access: undefined, acr: undefined },
      {},
    ],
    ['without scopes', { scope: '' }, {}],
    ['whose header says at+jwt', {}, { typ: 'at+jwt' }],
    ['of a login with a nonce', { nonce: 'n', sid: 's' }, {}],
    ['without the claim typ', { typ: undefined }, {}],
    ['without the claim azp', { azp: undefined }, {}],
    ['of another type, by azp', { typ: 'Custom' }, {}],
  ])('accepts a token %s', async (_name, claims, header) => {
    const { verifier } = verifierOfDocuments(keycloak(options), documents);
    await expect(verifier.verify(tokenFor(claims, header))).resolves.toHaveProperty('issuer', issuer);
  });

  it('[PROVIDERS-ID-TOKENS] refuses a bare ID token without the claims typ and azp', async () => {
    const { verifier } = verifierOfDocuments(keycloak({ ...options, audience: 'shop' }), documents);
    const access = { realm_access: undefined, resource_access: undefined, scope: undefined };
    const bare = tokenFor({ ...access, aud: 'shop', typ: undefined, azp: undefined, email: 'ada@contoso.example' });
    expect(await authErrorFrom(verifier.verify(bare))).toMatchObject({ code: 'ERR_TOKEN_TYPE' });
  });

  it('recognizes a token of the type DPoP, and refuses it as a bearer token', async () => {
    const { verifier } = verifierOfDocuments(keycloak(options), documents);
    const token = tokenFor({ typ: 'DPoP', azp: undefined, cnf: { jkt: 'x' } });
    expect(await authErrorFrom(verifier.verify(token))).toMatchObject({ code: 'ERR_BINDING_REQUIRED' });
  });

  it.each(['ID', 'Refresh', 'Offline', 'Logout'])('refuses a token whose claim typ is %s', async (typ) => {
    const { verifier } = verifierOfDocuments(keycloak(options), documents);
    expect(await authErrorFrom(verifier.verify(tokenFor({ typ })))).toMatchObject({ code: 'ERR_TOKEN_TYPE' });
  });

  it('never uses the encryption key of the realm', async () => {
    const { verifier } = verifierOfDocuments(keycloak(options), documents);
    const header = encode(JSON.stringify({ alg: 'RS256', kid: 'encryption-key' }));
    const forged = signParts(
      encryption,
      header,
      encode(JSON.stringify(claimsWith({ iss: issuer, aud: 'orders.api' }))),
    );
    expect(await authErrorFrom(verifier.verify(forged))).toMatchObject({ code: 'ERR_KEY_NOT_FOUND' });
  });

  it('requires a URL and the name of a realm', () => {
    expect(configurationErrorIn(() => keycloak({ ...options, url: 'sso.example' })).message).toMatch(/^keycloak: url /);
    expect(configurationErrorIn(() => keycloak({ ...options, realm: 'a/b' })).message).toMatch(/^keycloak: realm /);
  });

  it('tells the display name of a realm, the URL of a realm and a placeholder apart', () => {
    const messageOf = (more: object) => configurationErrorIn(() => keycloak({ ...options, ...more })).message;
    expect(messageOf({ realm: 'My Realm' })).toMatch(/^keycloak: realm cannot be used: .* not its display name$/);
    for (const url of ['https://sso.example/auth/realms/orders', 'https://sso.example/auth/realms/orders/']) {
      expect(messageOf({ url, realm: 'orders' })).toBe(
        "keycloak: url contains a realm: write url: 'https://sso.example/auth', realm: 'orders'",
      );
    }
    expect(messageOf({ url: 'https://{host}/auth' })).toMatch(/^keycloak: url contains a placeholder/);
    expect(messageOf({ realm: '<realm>' })).toMatch(/^keycloak: realm contains a placeholder/);
  });
});
