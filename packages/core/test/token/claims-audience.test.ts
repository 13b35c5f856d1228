import { describe, expect, it } from 'vitest';
import type { SingleIssuerOptions } from '../../src/index.ts';
import { authErrorOf } from '../support/expected-errors.ts';
import { audience, issuer, signToken } from '../support/sign-token.ts';
import { generateTestKey } from '../support/test-key.ts';
import { verifierFor } from '../support/verifiers.ts';

const key = generateTestKey('Ed25519');

type Members = Readonly<Record<string, unknown>>;

function refusal(claims: Members, options: Partial<SingleIssuerOptions> = {}): unknown {
  return authErrorOf(() => verifierFor(key, options).verifySync(signToken(key, claims)));
}

function isAccepted(claims: Members, options: Partial<SingleIssuerOptions> = {}): boolean {
  return verifierFor(key, options).verifySync(signToken(key, claims)).scheme === 'Bearer';
}

const mismatch = { code: 'ERR_AUDIENCE_MISMATCH', claim: 'aud', reason: 'mismatch' };

describe('the claim aud', () => {
  it('is accepted if it contains this API, alone or among others', () => {
    expect(isAccepted({ aud: audience })).toBe(true);
    expect(isAccepted({ aud: [audience] })).toBe(true);
    expect(isAccepted({ aud: ['x', audience, 'y'] })).toBe(true);
    expect(isAccepted({ aud: 'b' }, { audience: ['a', 'b'] })).toBe(true);
    expect(isAccepted({ aud: ['b', 'c'] }, { audience: ['a', 'b'] })).toBe(true);
    expect(isAccepted({ aud: [audience, null] })).toBe(true);
    expect(isAccepted({ aud: [null, audience, null] })).toBe(true);
  });

  const others = [
    'x',
    '',
    'api://',
    `${audience}/`,
    `x${audience}`,
    audience.toUpperCase(),
    [],
    [''],
    ['x', 'y'],
    'API',
    [null],
    ['x', null],
  ];

  it.each(others.map((aud) => ({ aud })))('[CLAIMS-AUDIENCE] is refused if it names another: $aud', ({ aud }) => {
    expect(refusal({ aud })).toMatchObject(mismatch);
  });

  it('[CLAIMS-AUDIENCE] is refused if it is missing', () => {
    const missing = { code: 'ERR_CLAIM_MISSING', claim: 'aud', reason: 'missing' };
    for (const aud of [undefined, null]) expect(refusal({ aud })).toMatchObject(missing);
  });

  const illFormed = [1, true, {}, { 0: audience }, [[audience]], [audience, 1], [audience, null, 1], [{}]];

  it.each(illFormed.map((aud) => ({ aud })))('is refused if it is not a string: $aud', ({ aud }) => {
    const invalid = { code: 'ERR_CLAIM_INVALID', claim: 'aud', reason: 'invalid' };
    expect(refusal({ aud })).toMatchObject(invalid);
    expect(refusal({ aud }, { audience: null })).toMatchObject(invalid);
  });

  it('is not compared if audience is null', () => {
    expect(isAccepted({ aud: 'x' }, { audience: null })).toBe(true);
    expect(isAccepted({ aud: [] }, { audience: null })).toBe(true);
    for (const aud of [undefined, null, [null]]) expect(isAccepted({ aud }, { audience: null })).toBe(true);
  });
});

describe('the claim iss', () => {
  const others = [
    `${issuer}/`,
    issuer.toUpperCase(),
    `${issuer}.x.example`,
    issuer.slice(0, -1),
    ` ${issuer}`,
    `${issuer}:443`,
    '',
    'toString',
    '__proto__',
  ];

  it.each(others)('[CLAIMS-ISSUER] is compared character by character: "%s"', (iss) => {
    expect(refusal({ iss })).toMatchObject({ code: 'ERR_ISSUER_UNKNOWN', claim: 'iss', reason: 'mismatch' });
  });

  it('is refused if it is missing', () => {
    expect(refusal({ iss: undefined })).toMatchObject({ code: 'ERR_ISSUER_UNKNOWN', claim: 'iss', reason: 'missing' });
  });

  it.each([null, 1, true, [issuer], { 0: issuer }, [issuer, 'x']].map((iss) => ({ iss })))(
    'is refused if it is not a string: $iss',
    ({ iss }) => {
      expect(refusal({ iss })).toMatchObject({ code: 'ERR_ISSUER_UNKNOWN', claim: 'iss', reason: 'invalid' });
    },
  );
});

describe('the accepted clients', () => {
  const clientIds = ['web', 'mobile'];
  const none = { client_id: undefined };

  it.each(['client_id', 'cid', 'azp', 'appid'])('are matched against %s', (name) => {
    expect(isAccepted({ ...none, [name]: 'mobile' }, { clientIds })).toBe(true);
    const refused = { code: 'ERR_CLAIM_INVALID', claim: 'client_id', reason: 'mismatch' };
    for (const other of ['x', '', 'WEB', 'web ', 'toString']) {
      expect(refusal({ ...none, [name]: other }, { clientIds })).toMatchObject(refused);
    }
  });

  it('[CLAIMS-CLIENT] are required if clientIds is set, and only then', () => {
    const missing = { code: 'ERR_CLAIM_MISSING', claim: 'client_id', reason: 'missing' };
    const nulls = { client_id: null, cid: null, azp: null, appid: null };
    for (const claims of [none, nulls]) {
      expect(refusal(claims, { clientIds })).toMatchObject(missing);
      expect(isAccepted(claims)).toBe(true);
    }
  });

  it('can replace an audience of null', () => {
    expect(isAccepted({ aud: undefined, client_id: 'web' }, { audience: null, clientIds })).toBe(true);
    expect(refusal({ aud: undefined, client_id: 'x' }, { audience: null, clientIds })).toMatchObject({
      code: 'ERR_CLAIM_INVALID',
    });
  });

  it('[CLAIMS-CLIENT] are compared with the first claim that names a client only', () => {
    expect(refusal({ client_id: 'x', cid: 'web', azp: 'web' }, { clientIds })).toMatchObject({
      code: 'ERR_CLAIM_INVALID',
    });
  });
});
