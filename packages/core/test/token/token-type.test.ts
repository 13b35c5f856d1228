import { describe, expect, it } from 'vitest';
import type { SingleIssuerOptions } from '../../src/index.ts';
import { authErrorOf } from '../support/expected-errors.ts';
import { signToken } from '../support/sign-token.ts';
import { generateTestKey } from '../support/test-key.ts';
import { verifierFor } from '../support/verifiers.ts';

const key = generateTestKey('Ed25519');

type Members = Readonly<Record<string, unknown>>;
type TokenType = NonNullable<SingleIssuerOptions['tokenType']>;

function codeOf(claims: Members, header: Members, tokenType: TokenType = 'compatible'): string {
  const token = signToken(key, claims, header);
  return authErrorOf(() => verifierFor(key, { tokenType }).verifySync(token)).code;
}

function isAccepted(claims: Members, header: Members, tokenType: TokenType = 'compatible'): boolean {
  return verifierFor(key, { tokenType }).verifySync(signToken(key, claims, header)).scheme === 'Bearer';
}

const accessTypes = ['at+jwt', 'AT+JWT', 'At+Jwt', 'application/at+jwt', 'APPLICATION/AT+JWT'];
const plainTypes = ['JWT', 'jwt', 'application/jwt', 'Application/JWT', undefined];
const otherTypes = [
  '',
  ' at+jwt',
  'at+jwt ',
  'at+jwt; charset=utf-8',
  'at-jwt',
  'text/at+jwt',
  'application/application/at+jwt',
  'at+application/jwt',
  'JOSE',
  'id+jwt',
  'logout+jwt',
  'secevent+jwt',
  'dpop+jwt',
  'token-introspection+jwt',
  'oauth-authz-req+jwt',
  'rt+jwt',
  'toString',
];

describe("[TOKEN-TYPE-COMPATIBLE] tokenType 'compatible', the default", () => {
  it.each([...accessTypes, ...plainTypes].map((typ) => ({ typ })))('accepts the header type $typ', ({ typ }) => {
    expect(verifierFor(key).verifySync(signToken(key, {}, { typ })).scheme).toBe('Bearer');
    expect(isAccepted({}, { typ })).toBe(true);
  });

  it.each([...otherTypes, null, 1, true, [], ['at+jwt'], {}].map((typ) => ({ typ })))(
    'refuses the header type $typ',
    ({ typ }) => {
      expect(codeOf({}, { typ })).toBe('ERR_TOKEN_TYPE');
    },
  );

  it.each(['aud', 'sub', 'client_id', 'iat', 'jti'])('does not require %s beyond what the options do', (claim) => {
    const verifier = verifierFor(key, { audience: null });
    expect(verifier.verifySync(signToken(key, { [claim]: undefined })).scheme).toBe('Bearer');
  });
});

describe("[TOKEN-TYPE-AT-JWT] tokenType 'at+jwt'", () => {
  it.each(accessTypes)('accepts the header type %s', (typ) => {
    expect(isAccepted({}, { typ }, 'at+jwt')).toBe(true);
  });

  it.each([...plainTypes, ...otherTypes, null, 1, ['at+jwt']].map((typ) => ({ typ })))(
    'refuses the header type $typ',
    ({ typ }) => {
      expect(codeOf({}, { typ }, 'at+jwt')).toBe('ERR_TOKEN_TYPE');
    },
  );

  it.each(['exp', 'aud', 'sub', 'client_id', 'iat', 'jti'])('requires %s (RFC 9068, section 2.2)', (claim) => {
    const verifier = verifierFor(key, { tokenType: 'at+jwt', audience: claim === 'aud' ? null : 'api://default' });
    const error = authErrorOf(() => verifier.verifySync(signToken(key, { [claim]: undefined })));
    expect(error).toMatchObject({ code: 'ERR_CLAIM_MISSING', claim, reason: 'missing' });
  });
});

const purposes: Readonly<Record<string, Members>> = {
  'an ID token with at_hash': { at_hash: 'x', nonce: 'y' },
  'an ID token with c_hash': { c_hash: 'x' },
  'an ID token recognized by token_use': { token_use: 'id' },
  'an ID token recognized by typ': { typ: 'ID' },
  'an ID token with scopes and at_hash': { at_hash: 'x', scope: 'read', scp: ['read'] },
  'a logout token': { events: { 'http://schemas.openid.net/event/backchannel-logout': {} }, sid: 'x' },
  'a logout token recognized by typ': { typ: 'Logout' },
  'a security event': { events: { 'https://schemas.openid.net/secevent/risc/event-type/account-disabled': {} } },
  'events of any form': { events: null },
  'a refresh token': { typ: 'Refresh' },
  'an introspection response': { token_introspection: { active: true } },
  'a DPoP proof': { htm: 'GET', htu: 'https://api.example/orders' },
};

describe.each(['compatible', 'at+jwt'] as const)('a token for another purpose, with tokenType %s', (tokenType) => {
  it.each(Object.entries(purposes))('[TOKEN-PURPOSE] is refused: %s', (_name, claims) => {
    expect(codeOf(claims, {}, tokenType)).toBe('ERR_TOKEN_TYPE');
    expect(codeOf({ ...claims, scope: 'read' }, {}, tokenType)).toBe('ERR_TOKEN_TYPE');
  });

  it('causes an error that names no claim', () => {
    const error = authErrorOf(() => verifierFor(key, { tokenType }).verifySync(signToken(key, { at_hash: 'x' })));
    expect(error).not.toHaveProperty('claim');
  });
});

describe('[TOKEN-PURPOSE] a token that was issued for another purpose', () => {
  it.each([
    ['an ID token, recognized by "at_hash"', { at_hash: 'x' }],
    ['an ID token, recognized by "c_hash"', { c_hash: 'x' }],
    ['an ID token, recognized by "token_use"', { token_use: 'id' }],
    ['an ID token, recognized by the claim "typ"', { typ: 'ID' }],
    ['an ID token, recognized by "nonce"', { nonce: 'x', client_id: undefined }],
    ['a security event or logout token, recognized by "events"', { events: {} }],
    ['a logout token, recognized by the claim "typ"', { typ: 'Logout' }],
    ['a refresh token, recognized by the claim "typ"', { typ: 'Refresh' }],
    ['an introspection response, recognized by "token_introspection"', { token_introspection: {} }],
    ['a DPoP proof, recognized by "htm" and "htu"', { htm: 'GET', htu: 'https://api.example' }],
  ])('is refused as %s', (kind, claims) => {
    const error = authErrorOf(() => verifierFor(key).verifySync(signToken(key, claims)));
    expect(error.code).toBe('ERR_TOKEN_TYPE');
    expect(error.message).toBe(`The token is not an access token but ${kind}`);
  });
});

describe('a token with a nonce', () => {
  const bare = { nonce: 'x', client_id: undefined };

  it('is an ID token without a claim about access', () => {
    expect(codeOf(bare, { typ: 'JWT' })).toBe('ERR_TOKEN_TYPE');
    expect(codeOf({ ...bare, azp: 'client' }, { typ: 'JWT' })).toBe('ERR_TOKEN_TYPE');
    expect(codeOf({ ...bare, nonce: '' }, { typ: undefined })).toBe('ERR_TOKEN_TYPE');
  });

  it.each(['scope', 'scp', 'client_id', 'cid'])('is an access token with %s', (claim) => {
    expect(isAccepted({ ...bare, [claim]: 'x' }, { typ: 'JWT' })).toBe(true);
  });
});

describe('claims that resemble those of other tokens', () => {
  it.each([
    { token_use: 'access' },
    { typ: 'Bearer' },
    { htm: 'GET' },
    { htu: 'https://api.example' },
    { sid: 'x' },
    { acr: '1', amr: ['pwd'], auth_time: 1 },
  ])('do not turn an access token into one of them: %o', (claims) => {
    expect(isAccepted(claims, { typ: 'JWT' })).toBe(true);
  });
});
