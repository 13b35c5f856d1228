import { describe, expect, it } from 'vitest';
import { cognito } from '../../src/index.ts';
import { authErrorFrom, configurationErrorIn } from '../support/expected-errors.ts';
import { claimsWith, encode, signParts } from '../support/sign-token.ts';
import { generateTestKey } from '../support/test-key.ts';
import { verifierOfDocuments } from './verifier-of-documents.ts';

const key = generateTestKey('RS256', 'abcdefghijklmnopqrsexample=');
const issuer = 'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_AbCdEfGhI';
const options = { userPoolId: 'eu-central-1_AbCdEfGhI', clientIds: ['1example23456789'] };
const documents = {
  [`${issuer}/.well-known/openid-configuration`]: { issuer, jwks_uri: `${issuer}/.well-known/jwks.json` },
  [`${issuer}/.well-known/jwks.json`]: { keys: [key.jwk] },
};

// No type in the header, no audience in the claims.
function tokenFor(claims: Readonly<Record<string, unknown>> = {}): string {
  const all = {
    ...claimsWith(),
    iss: issuer,
    aud: undefined,
    client_id: '1example23456789',
    token_use: 'access',
    scope: 'aws.cognito.signin.user.admin orders/read',
    'cognito:groups': ['buyers'],
    ...claims,
  };
  return signParts(key, encode(JSON.stringify({ kid: key.kid, alg: 'RS256' })), encode(JSON.stringify(all)));
}

describe('cognito()', () => {
  it('accepts access tokens, which have no audience, by their client', async () => {
    const { verifier } = verifierOfDocuments(cognito(options), documents);
    await expect(verifier.verify(tokenFor(), { group: 'buyers', scope: 'orders/read' })).resolves.toMatchObject({
      issuer,
      clientId: '1example23456789',
      groups: ['buyers'],
    });
  });

  it.each([
    ['of another client', { client_id: 'other' }, 'ERR_CLAIM_INVALID', 'client_id'],
    ['without a client', { client_id: undefined }, 'ERR_CLAIM_MISSING', 'client_id'],
    ['without token_use', { token_use: undefined }, 'ERR_CLAIM_MISSING', 'token_use'],
  ])('refuses a token %s', async (_, claims, code, claim) => {
    const { verifier } = verifierOfDocuments(cognito(options), documents);
    expect(await authErrorFrom(verifier.verify(tokenFor(claims)))).toMatchObject({ code, claim });
  });

  it('refuses the ID token of the same client', async () => {
    const { verifier } = verifierOfDocuments(cognito(options), documents);
    const idToken = tokenFor({ token_use: 'id', aud: '1example23456789', client_id: undefined, scope: undefined });
    const refusal = await authErrorFrom(verifier.verify(idToken));
    expect(refusal.status).toBe(401);
    expect(await authErrorFrom(verifier.verify(tokenFor({ token_use: 'id' })))).toMatchObject({
      code: 'ERR_TOKEN_TYPE',
    });
  });

  it.each([
    ['of a client for itself', { sub: '1example23456789', username: undefined, 'cognito:groups': undefined }],
    ['of a pool with a resource binding', { aud: 'https://api.example' }],
  ])('accepts a token %s', async (_name, claims) => {
    const { verifier } = verifierOfDocuments(cognito(options), documents);
    await expect(verifier.verify(tokenFor(claims))).resolves.toHaveProperty('clientId', '1example23456789');
  });

  it.each(['id', 'ID', 'refresh', '', 'access ', 1, ['access']])(
    '[PROVIDERS-ID-TOKENS] refuses a token whose token_use is not "access": %j',
    async (use) => {
      const { verifier } = verifierOfDocuments(cognito(options), documents);
      expect(await authErrorFrom(verifier.verify(tokenFor({ token_use: use })))).toMatchObject({
        code: 'ERR_TOKEN_TYPE',
      });
    },
  );

  it('reads groups from other claims if they are given, and from its own if they are undefined', () => {
    expect(cognito({ ...options, groupClaims: ['teams'] }).groupClaims).toEqual(['teams']);
    const absent = { ...options, groupClaims: undefined } as unknown as typeof options;
    expect(cognito(absent).groupClaims).toEqual(['cognito:groups']);
  });

  it('adds its own to the required claims', async () => {
    const { verifier } = verifierOfDocuments(cognito({ ...options, requiredClaims: ['username'] }), documents);
    expect(await authErrorFrom(verifier.verify(tokenFor()))).toMatchObject({ claim: 'username' });
  });

  it('requires the app clients, and a user pool with its region', () => {
    expect(configurationErrorIn(() => cognito({ ...options, clientIds: [] })).message).toMatch(/clientIds/);
    expect(configurationErrorIn(() => cognito({ ...options, userPoolId: 'AbCdEfGhI' })).message).toMatch(
      /userPoolId .*region/,
    );
  });

  it.each(['local_2a4B6c', 'us-east-1_5f3e2d1c0b9a48'])(
    'accepts the tokens of an emulator at its endpoint: %s',
    async (userPoolId) => {
      const emulated = `http://localhost:9229/${userPoolId}`;
      const { verifier } = verifierOfDocuments(
        cognito({ ...options, userPoolId, endpoint: 'http://localhost:9229/' }),
        {
          [`${emulated}/.well-known/openid-configuration`]: {
            issuer: emulated,
            jwks_uri: `${emulated}/.well-known/jwks.json`,
          },
          [`${emulated}/.well-known/jwks.json`]: { keys: [key.jwk] },
        },
      );
      await expect(verifier.verify(tokenFor({ iss: emulated }))).resolves.toHaveProperty('issuer', emulated);
      expect(await authErrorFrom(verifier.verify(tokenFor()))).toHaveProperty('code', 'ERR_ISSUER_UNKNOWN');
    },
  );

  it('names the endpoint for a pool of an emulator, and a placeholder', () => {
    const messageOf = (more: object) => configurationErrorIn(() => cognito({ ...options, ...more })).message;
    expect(messageOf({ userPoolId: 'local_abc' })).toMatch(/^cognito: userPoolId cannot be used: .* set endpoint$/);
    expect(messageOf({ userPoolId: '{userPoolId}' })).toMatch(/^cognito: userPoolId contains a placeholder/);
    expect(messageOf({ clientIds: ['<client-id>'] })).toMatch(/^cognito: clientIds contains a placeholder/);
    expect(messageOf({ endpoint: 'localhost:9229' })).toMatch(/^cognito: endpoint cannot be used/);
    expect(messageOf({ userPoolId: 'local', endpoint: 'http://localhost:9229' })).toMatch(/^cognito: userPoolId /);
  });
});
