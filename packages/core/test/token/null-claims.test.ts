import { describe, expect, it } from 'vitest';
import { authErrorFrom } from '../support/expected-errors.ts';
import { accepted, idToken, refused } from '../support/id-tokens.ts';
import { audience, claimsWith, headerText, signText, signToken } from '../support/sign-token.ts';
import { generateTestKey } from '../support/test-key.ts';
import { engines, optionsFor, verifierOn } from '../support/verifiers.ts';

const key = generateTestKey('Ed25519');
const optional = ['sub', 'nbf', 'iat', 'jti', 'client_id', 'cid', 'azp', 'appid', 'scope', 'scp', 'cnf'];
const others = ['roles', 'permissions', 'groups', 'nonce', 'at_hash', 'events', 'typ', 'token_use', 'auth_time', 'act'];

describe.each(engines)('[CLAIMS-NULL] on the $name engine, null in a claim', (engine) => {
  const verifier = verifierOn(engine, optionsFor(key));
  const strict = verifierOn(engine, optionsFor(key, { tokenType: 'at+jwt' }));

  it.each([...optional, ...others])('counts as absent: %s', async (claim) => {
    for (const typ of ['JWT', 'at+jwt', undefined]) {
      const token = signToken(key, { [claim]: null }, { typ });
      await expect(verifier.verify(token)).resolves.toHaveProperty('scheme', 'Bearer');
    }
  });

  it('counts as absent: all of them', async () => {
    const nulls = Object.fromEntries([...optional, ...others].map((name) => [name, null]));
    const verified = await verifier.verify(signToken(key, nulls, { typ: 'JWT' }));
    expect(verified).toMatchObject({ scopes: [], roles: [], permissions: [], groups: [] });
    for (const name of ['subject', 'clientId', 'confirmation']) expect(verified).not.toHaveProperty(name);
  });

  it('leaves a registered claim out of the claims, and an entry out of aud', async () => {
    const nulls = { sub: null, nbf: null, iat: null, jti: null, aud: [null, audience, null], supervisor: null };
    const { claims } = await verifier.verify(signToken(key, nulls));
    expect(Object.keys(claims)).toEqual(
      Object.keys(claimsWith({ sub: 0, iat: 0, jti: 0, supervisor: 0 })).filter(isKept),
    );
    expect(claims.aud).toEqual([audience]);
    expect(Object.isFrozen(claims.aud)).toBe(true);
    expect(claims['supervisor']).toBeNull();
  });

  it.each(['exp', 'aud'])('is missing if the claim is required: %s', async (claim) => {
    const error = await authErrorFrom(verifier.verify(signToken(key, { [claim]: null })));
    expect(error).toMatchObject({ code: 'ERR_CLAIM_MISSING', claim, reason: 'missing' });
  });

  it.each(['exp', 'aud', 'sub', 'client_id', 'iat', 'jti'])(
    'is missing if RFC 9068 requires the claim: %s',
    async (claim) => {
      const error = await authErrorFrom(strict.verify(signToken(key, { [claim]: null })));
      expect(error).toMatchObject({ code: 'ERR_CLAIM_MISSING', claim, reason: 'missing' });
    },
  );

  it('counts as a value in the last of several members with the same name', async () => {
    const text = JSON.stringify(claimsWith()).replace(/\}$/, ',"exp":null}');
    const error = await authErrorFrom(verifier.verify(signText(key, headerText(key), text)));
    expect(error).toMatchObject({ code: 'ERR_CLAIM_MISSING', claim: 'exp' });
  });
});

function isKept(name: string): boolean {
  return !['sub', 'iat', 'jti'].includes(name);
}

describe('[CLAIMS-NULL] null in a claim of an ID token', () => {
  it.each(['azp', 'auth_time', 'at_hash', 'c_hash', 'nbf', 'acr', 'amr', 'scope', 'client_id', 'events'])(
    'counts as absent: %s',
    async (claim) => {
      await expect(accepted(idToken({ [claim]: null }))).resolves.toBeDefined();
    },
  );

  it.each([
    ['sub', {}],
    ['iat', {}],
    ['exp', {}],
    ['aud', {}],
    ['nonce', {}],
    ['auth_time', { maxAge: 60 }],
    ['at_hash', { accessToken: 'x' }],
  ])('is missing if the claim is required: %s', async (claim, expected) => {
    expect(await refused(idToken({ [claim]: null }), expected)).toBe(`ERR_CLAIM_MISSING ${claim} missing`);
  });

  it('is missing in azp if there are two audiences', async () => {
    expect(await refused(idToken({ aud: ['the-client', 'other'], azp: null }))).toBe('ERR_CLAIM_MISSING azp missing');
  });
});
