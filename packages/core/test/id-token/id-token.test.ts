import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { algorithms, allAlgorithms } from '../../src/crypto/algorithms.ts';
import { isSameText } from '../../src/crypto/same-text.ts';
import { type ExpectedIdToken, isConfigurationError } from '../../src/index.ts';
import { accepted, clientId, idClaims, idToken, keyFor, nonce, refused, verifiers } from '../support/id-tokens.ts';
import { now, signToken } from '../support/sign-token.ts';
import { generateTestKey } from '../support/test-key.ts';

describe('a valid ID token', () => {
  it('is accepted, with the expected client and without scopes', async () => {
    const token = idToken({ groups: ['staff'] });
    const verified = await accepted(token);
    expect(verified).toMatchObject({
      subject: 'subject',
      clientId,
      scopes: [],
      groups: ['staff'],
      expiresAt: now + 3600,
    });
    expect(verified.token).toBe(token);
    expect(JSON.stringify(verified)).not.toContain(token);
    expect(Object.isFrozen(verified.claims)).toBe(true);
  });

  it.each([
    ['header without typ', {}, { typ: undefined }],
    ['typ in other case', {}, { typ: 'application/jwt' }],
    ['a list of one audience', { aud: [clientId] }, {}],
    ['azp of the client', { azp: clientId }, {}],
    ['two audiences and azp', { aud: [clientId, 'other'], azp: clientId }, {}],
    ['at_hash that is not compared', { at_hash: 'x' }, {}],
    ['claims of an access token in addition to at_hash', { at_hash: 'x', client_id: 'x', scope: 'openid' }, {}],
    ['the marker of Cognito', { token_use: 'id' }, {}],
    ['the marker of Keycloak', { typ: 'ID', scope: 'openid' }, {}],
    ['an old auth_time', { auth_time: 1 }, {}],
    ['iat in the future', { iat: now + 3600 }, {}],
    ['a confirmation, which is for access tokens', { cnf: { jkt: 'x' } }, {}],
  ])('may have: %s', async (_name, claims, header) => {
    await expect(accepted(idToken(claims, header))).resolves.toMatchObject({ clientId });
  });

  it('is not subject to the policy for access tokens', async () => {
    const options = {
      audience: 'api://other',
      clientIds: ['x'],
      requiredClaims: ['y'],
      maxTokenAge: 1,
      validate: () => 'no',
    };
    for (const verifier of verifiers({ ...options, tokenType: 'at+jwt' })) {
      await expect(verifier.verifyIdToken(idToken({ iat: now - 60 }), { clientId, nonce })).resolves.toBeDefined();
    }
  });
});

describe('[ID-TOKEN-CLIENT] the parties of an ID token', () => {
  it.each([
    ['another client', { aud: 'other' }, 'ERR_AUDIENCE_MISMATCH aud mismatch'],
    ['other clients', { aud: ['a', 'b'] }, 'ERR_AUDIENCE_MISMATCH aud mismatch'],
    ['a longer name', { aud: `${clientId}-2` }, 'ERR_AUDIENCE_MISMATCH aud mismatch'],
    ['an empty list of audiences', { aud: [] }, 'ERR_AUDIENCE_MISMATCH aud mismatch'],
    ['no audience', { aud: undefined }, 'ERR_CLAIM_MISSING aud missing'],
    ['an audience that is not a string', { aud: [clientId, 5] }, 'ERR_CLAIM_INVALID aud invalid'],
    ['two audiences without azp', { aud: [clientId, 'b'] }, 'ERR_CLAIM_MISSING azp missing'],
    [
      'two audiences, and azp names the other one',
      { aud: [clientId, 'b'], azp: 'b' },
      'ERR_CLAIM_INVALID azp mismatch',
    ],
    ['one audience, and azp names another client', { azp: 'b' }, 'ERR_CLAIM_INVALID azp mismatch'],
    ['azp as a list', { azp: [clientId] }, 'ERR_CLAIM_INVALID azp mismatch'],
    ['a subject that is not a string', { sub: 5 }, 'ERR_CLAIM_INVALID sub invalid'],
    ['no subject', { sub: undefined }, 'ERR_CLAIM_MISSING sub missing'],
  ])('refuses: %s', async (_name, claims, refusal) => {
    expect(await refused(idToken(claims))).toBe(refusal);
  });
});

describe('[ID-TOKEN-AUTH-TIME] the times of an ID token', () => {
  it.each([
    ['expired', { exp: now - 6 }, {}, 'ERR_TOKEN_EXPIRED exp mismatch'],
    ['no exp', { exp: undefined }, {}, 'ERR_CLAIM_MISSING exp missing'],
    ['exp as a string', { exp: `${now}` }, {}, 'ERR_CLAIM_INVALID exp invalid'],
    ['not yet valid', { nbf: now + 6 }, {}, 'ERR_TOKEN_NOT_YET_VALID nbf mismatch'],
    ['no iat', { iat: undefined }, {}, 'ERR_CLAIM_MISSING iat missing'],
    ['iat as a string', { iat: 'x' }, {}, 'ERR_CLAIM_INVALID iat invalid'],
    ['no auth_time with maxAge', {}, { maxAge: 60 }, 'ERR_CLAIM_MISSING auth_time missing'],
    ['authenticated too long ago', { auth_time: now - 66 }, { maxAge: 60 }, 'ERR_TOKEN_TOO_OLD auth_time mismatch'],
    [
      'authenticated in the future',
      { auth_time: now + 6 },
      { maxAge: 60 },
      'ERR_TOKEN_NOT_YET_VALID auth_time mismatch',
    ],
    ['auth_time as a string', { auth_time: `${now}` }, {}, 'ERR_CLAIM_INVALID auth_time invalid'],
    ['maxAge of 0', { auth_time: now - 6 }, { maxAge: 0 }, 'ERR_TOKEN_TOO_OLD auth_time mismatch'],
  ])('refuses: %s', async (_name, claims, expected, refusal) => {
    expect(await refused(idToken(claims), expected)).toBe(refusal);
  });

  it.each([now - 65, now - 60, now, now + 5])('accepts auth_time %i with maxAge 60 and the tolerance', async (time) => {
    await expect(accepted(idToken({ auth_time: time }), { maxAge: 60 })).resolves.toBeDefined();
  });
});

describe('[ID-TOKEN-NONCE] nonce', () => {
  it.each([
    ['missing', undefined, nonce, 'ERR_CLAIM_MISSING nonce missing'],
    ['another', 'other', nonce, 'ERR_CLAIM_INVALID nonce mismatch'],
    ['a longer one', `${nonce}x`, nonce, 'ERR_CLAIM_INVALID nonce mismatch'],
    ['a shorter one', nonce.slice(0, -1), nonce, 'ERR_CLAIM_INVALID nonce mismatch'],
    ['in other case', nonce.toUpperCase(), nonce, 'ERR_CLAIM_INVALID nonce mismatch'],
    ['an empty one', '', nonce, 'ERR_CLAIM_INVALID nonce mismatch'],
    ['not a string', 5, nonce, 'ERR_CLAIM_INVALID nonce invalid'],
    ['null', null, nonce, 'ERR_CLAIM_MISSING nonce missing'],
    ['an unexpected one', nonce, undefined, 'ERR_CLAIM_INVALID nonce mismatch'],
  ])('refuses: %s', async (_name, claimed, expected, refusal) => {
    expect(await refused(idToken({ nonce: claimed }), { nonce: expected })).toBe(refusal);
  });

  it.each([undefined, null])('may be absent if none is expected: %s', async (claimed) => {
    const [verifier] = verifiers();
    await expect(verifier?.verifyIdToken(idToken({ nonce: claimed }), { clientId })).resolves.toBeDefined();
  });

  it.each([nonce, undefined, 5])('is not compared if null is expected: %s', async (claimed) => {
    await expect(accepted(idToken({ nonce: claimed }), { nonce: null })).resolves.toBeDefined();
  });
});

describe('[ID-TOKEN-AT-HASH] at_hash', () => {
  const accessToken = 'jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y';

  it.each(allAlgorithms)('is the left half of the hash that %s uses', async (alg) => {
    const key = keyFor(alg);
    const hash = createHash(algorithms[alg].hash ?? 'sha512')
      .update(accessToken)
      .digest();
    const token = idToken({ at_hash: hash.subarray(0, hash.length / 2).toString('base64url') }, {}, key);
    for (const verifier of verifiers({}, key)) {
      await expect(verifier.verifyIdToken(token, { clientId, nonce, accessToken })).resolves.toBeDefined();
      await expect(
        verifier.verifyIdToken(token, { clientId, nonce, accessToken: `${accessToken}A` }),
      ).rejects.toMatchObject({
        code: 'ERR_CLAIM_INVALID',
        claim: 'at_hash',
      });
    }
  });

  // OpenID Connect Core 1.0, appendix A.3.
  it('has the value of the example in the specification', async () => {
    const key = keyFor('RS256');
    const token = idToken({ at_hash: '77QmUPtjPfzWtF2AnpK9RQ' }, {}, key);
    const [verifier] = verifiers({}, key);
    await expect(verifier?.verifyIdToken(token, { clientId, nonce, accessToken })).resolves.toBeDefined();
  });

  it.each([
    ['missing', undefined, 'ERR_CLAIM_MISSING at_hash missing'],
    ['not a string', 5, 'ERR_CLAIM_INVALID at_hash invalid'],
    ['empty', '', 'ERR_CLAIM_INVALID at_hash mismatch'],
    [
      'the whole hash',
      createHash('sha256').update(accessToken).digest('base64url'),
      'ERR_CLAIM_INVALID at_hash mismatch',
    ],
    ['padded', '77QmUPtjPfzWtF2AnpK9RQ==', 'ERR_CLAIM_INVALID at_hash mismatch'],
  ])('refuses: %s', async (_name, hash, refusal) => {
    expect(await refused(idToken({ at_hash: hash }), { accessToken })).toBe(refusal);
  });
});

describe('[ID-TOKEN-KIND] a token of another kind', () => {
  it.each([
    ['an access token by its header', {}, { typ: 'at+jwt' }],
    ['an access token by its header, in full', {}, { typ: 'application/AT+JWT' }],
    ['a logout token by its header', {}, { typ: 'logout+jwt' }],
    ['a type with a media type inside', {}, { typ: 'japplication/wt' }],
    ['a proof by its header', {}, { typ: 'dpop+jwt' }],
    ['typ that is not a string', {}, { typ: 5 }],
    ['an access token by scope', { scope: 'openid' }, {}],
    ['an access token by scp', { scp: ['read'] }, {}],
    ['an access token by client_id', { client_id: clientId }, {}],
    ['an access token by cid', { cid: clientId }, {}],
    ['an access token of Cognito', { token_use: 'access', at_hash: 'x' }, {}],
    ['an access token of Keycloak', { typ: 'Bearer', at_hash: 'x' }, {}],
    ['a refresh token of Keycloak', { typ: 'Refresh' }, {}],
    ['an offline token of Keycloak', { typ: 'Offline' }, {}],
    ['an authorization response', { code: 'x', state: 'y' }, {}],
    ['a grant by its header', {}, { typ: 'oauth-id-jag+jwt' }],
    ['a logout token of Keycloak', { typ: 'Logout' }, {}],
    ['a logout token', { events: {}, at_hash: 'x' }, {}],
    ['an introspection response', { token_introspection: {} }, {}],
    ['a proof', { htm: 'GET', htu: 'https://api.example' }, {}],
  ])('is refused: %s', async (_name, claims, header) => {
    expect(await refused(idToken(claims, header))).toBe('ERR_TOKEN_TYPE');
  });

  it('is refused before its audience is compared', async () => {
    expect(await refused(idToken({ aud: 'other', scope: 'x' }))).toBe('ERR_TOKEN_TYPE');
  });
});

describe('the rules for every token', () => {
  it.each([
    ['a forged one', () => idToken({}, { kid: undefined }, generateTestKey('ES256')), 'ERR_SIGNATURE_INVALID'],
    ['one of another issuer', () => idToken({ iss: 'https://other.example' }), 'ERR_ISSUER_UNKNOWN iss mismatch'],
    ['one without a signature', () => idToken({}, { alg: 'none' }), 'ERR_ALG_NOT_ALLOWED'],
    ['one with crit', () => idToken({}, { crit: ['x'] }), 'ERR_CRIT_UNSUPPORTED'],
    ['one that is too long', () => idToken({ x: 'x'.repeat(20_000) }), 'ERR_TOKEN_TOO_LARGE'],
    ['nonsense', () => 'nonsense', 'ERR_TOKEN_MALFORMED'],
    ['nothing', () => undefined as unknown as string, 'ERR_TOKEN_MALFORMED'],
  ])('refuses: %s', async (_name, make, refusal) => {
    expect(await refused(make())).toBe(refusal);
  });
});

describe('the expectations', () => {
  it.each([
    [undefined, 'must be an object'],
    [{}, 'clientId is missing'],
    [{ clientId: '' }, 'clientId must not be empty'],
    [{ clientId: ['x'] }, 'clientId must be a string'],
    [{ clientId, nonce: '' }, 'nonce must not be empty'],
    [{ clientId, nonce: 5 }, 'nonce must be a string'],
    [{ clientId, maxAge: -1 }, 'maxAge must be'],
    [{ clientId, maxAge: Number.NaN }, 'maxAge must be'],
    [{ clientId, maxAge: '60' }, 'maxAge must be'],
    [{ clientId, accessToken: '' }, 'accessToken must not be empty'],
    [{ clientId, audience: 'x' }, 'audience is not an option'],
  ])('are validated: %j', async (expected, message) => {
    for (const verifier of verifiers()) {
      const error: unknown = await verifier
        .verifyIdToken(idToken(), expected as ExpectedIdToken)
        .catch((thrown: unknown) => thrown);
      expect(isConfigurationError(error)).toBe(true);
      expect(String(error)).toContain(message);
    }
  });
});

describe('ID tokens and access tokens', () => {
  const key = generateTestKey('ES256');

  it('do not share a cache', async () => {
    for (const verifier of verifiers({ tokenCache: {}, audience: [clientId, 'api://default'] }, key)) {
      const { entries } = verifier.stats().tokenCache;
      const token = idToken({}, {}, key);
      await verifier.verifyIdToken(token, { clientId, nonce });
      expect(verifier.stats().tokenCache).toMatchObject({ hits: 0, misses: 0, entries });
      await expect(verifier.verify(token)).rejects.toMatchObject({ code: 'ERR_TOKEN_TYPE' });
      const access = signToken(key, { aud: clientId });
      await verifier.verify(access);
      await verifier.verify(access);
      await expect(verifier.verifyIdToken(access, { clientId })).rejects.toMatchObject({ code: 'ERR_TOKEN_TYPE' });
    }
  });

  it('have results that are not cached for another client or nonce', async () => {
    for (const verifier of verifiers({ tokenCache: {} }, key)) {
      const token = idToken({}, {}, key);
      await verifier.verifyIdToken(token, { clientId, nonce });
      await expect(verifier.verifyIdToken(token, { clientId: 'other', nonce })).rejects.toThrow();
      await expect(verifier.verifyIdToken(token, { clientId, nonce: 'other' })).rejects.toThrow();
    }
  });

  it('are not verified after close()', async () => {
    const [verifier] = verifiers({}, key);
    await verifier?.close();
    await expect(verifier?.verifyIdToken(idToken({}, {}, key), { clientId })).rejects.toMatchObject({
      code: 'ERR_CLOSED',
    });
  });

  it('are counted and reported alike when they are refused', async () => {
    const events: unknown[] = [];
    const [verifier] = verifiers({ onEvent: (event) => events.push(event) }, key);
    await verifier?.verifyIdToken(idToken({ aud: 'x' }, {}, key), { clientId, nonce }).catch(() => undefined);
    expect(verifier?.stats().refused).toEqual({ ERR_AUDIENCE_MISMATCH: 1 });
    expect(events).toEqual([{ type: 'token-refused', issuer: idClaims()['iss'], code: 'ERR_AUDIENCE_MISMATCH' }]);
  });
});

describe('a comparison of texts', () => {
  it.each([
    ['', '', true],
    ['a', 'a', true],
    ['a', 'b', false],
    ['a', 'aa', false],
    ['aa', 'a', false],
    ['', 'a', false],
    ['a', '', false],
    ['\u0000', '', false],
    ['\ud83d\ude00', '\ud83d\ude00', true],
  ])('%j and %j: %s', (left, right, same) => {
    expect(isSameText(left, right)).toBe(same);
  });
});
