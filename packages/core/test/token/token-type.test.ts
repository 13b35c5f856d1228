import { describe, expect, it } from 'vitest';
import { createVerifier, type SingleIssuerOptions } from '../../src/index.ts';
import { authErrorOf } from '../support/expected-errors.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { audience, now, signToken } from '../support/sign-token.ts';
import { generateTestKey, keySetOf } from '../support/test-key.ts';
import { verifierFor } from '../support/verifiers.ts';

const key = generateTestKey('Ed25519');

type Members = Readonly<Record<string, unknown>>;
type TokenType = NonNullable<SingleIssuerOptions['tokenType']>;

function codeOf(claims: Members, header: Members, tokenType: TokenType = 'compatible'): string {
  const token = signToken(key, claims, header);
  return authErrorOf(() => verifierFor(key, { tokenType }).verifySync(token)).code;
}

function isAccepted(
  claims: Members,
  header: Members,
  tokenType: TokenType = 'compatible',
  options: Partial<SingleIssuerOptions> = {},
): boolean {
  return verifierFor(key, { tokenType, ...options }).verifySync(signToken(key, claims, header)).scheme === 'Bearer';
}

const source = () => ({ audience, jwks: keySetOf(key) });

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
  'oauth-id-jag+jwt',
  'application/oauth-id-jag+jwt',
  'jarm+jwt',
  'userinfo+jwt',
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

// The claims that say whom a token is for. Tokens for another purpose do not have them.
const withoutAccess = { scope: null, client_id: null };
const profile = { ...withoutAccess, iat: undefined };

type PurposeRow = readonly [kind: string, marker: string, claims: Members];

const withExpiry = { exp: now + 60 };

const aboutUsers: readonly PurposeRow[] = [
  ['an ID token', '"at_hash"', { at_hash: 'x', nonce: 'y' }],
  ['an ID token', '"at_hash"', { at_hash: '' }],
  ['an ID token', '"at_hash"', { at_hash: 'x', scope: 'read', scp: ['read'] }],
  ['an ID token', '"at_hash"', { at_hash: 'x', email: 'a@b.example', groups: ['g'], ...withoutAccess }],
  ['an ID token', '"c_hash"', { c_hash: 'x' }],
  ['an ID token', '"token_use"', { token_use: 'id' }],
  ['an ID token', 'the claim "typ"', { typ: 'ID' }],
  ['an ID token', '"nonce"', { nonce: 'x', client_id: undefined }],
  ['an ID token', '"nonce"', { nonce: 'n', azp: 'api', uid: 'u', ...withoutAccess, scp: null, cid: null }],
  ['a UserInfo response', '"email" without "iat"', { email: 'a@b.example', ...profile }],
  ['a UserInfo response', '"email_verified" without "iat"', { email_verified: false, ...profile, iat: null }],
  ['a UserInfo response', '"name" without "exp"', { name: 'A', ...profile, exp: undefined, jti: undefined }],
  ['a UserInfo response', '"name" without "exp"', { name: 'A', ...withoutAccess, exp: null }],
  ['a UserInfo response', '"given_name" without "iat"', { given_name: 'A', family_name: 'B', ...profile }],
  ['a UserInfo response', '"preferred_username" without "iat"', { preferred_username: 'a', ...profile }],
  ['a UserInfo response', '"phone_number" without "iat"', { phone_number: '+1', ...profile }],
];

const response = { ...withoutAccess, sub: undefined, iat: undefined, jti: undefined };

const others: readonly PurposeRow[] = [
  [
    'a security event or logout token',
    '"events"',
    { events: { 'http://schemas.openid.net/event/backchannel-logout': {} }, sid: 'x' },
  ],
  ['a security event or logout token', '"events"', { events: {} }],
  ['a logout token', 'the claim "typ"', { typ: 'Logout' }],
  ['a refresh token', 'the claim "typ"', { typ: 'Refresh' }],
  ['an offline token', 'the claim "typ"', { typ: 'Offline' }],
  ['an introspection response', '"token_introspection"', { token_introspection: { active: true } }],
  ['a DPoP proof', '"htm" and "htu"', { htm: 'GET', htu: 'https://api.example/orders' }],
  ['an authorization response', '"code"', { code: 'c', state: 's', ...withoutAccess }],
  ['an authorization response', '"code"', { code: 'c', state: 's', ...response }],
  ['an authorization response', '"code"', { code: 'c', ...response }],
  ['an authorization response', '"code"', { code: 'c', state: 's', ...response, scope: 'openid read' }],
  ['an authorization response', '"code"', { code: 'c', id_token: 'i', session_state: 's', ...response }],
  ['an authorization response', '"error"', { error: 'access_denied', state: 's', ...response }],
  ['an authorization response', '"error"', { error: 'access_denied', error_description: 'x', ...response }],
  ['an authorization response', '"id_token"', { id_token: 'i', state: 's', ...response }],
  [
    'an authorization response',
    '"access_token"',
    { access_token: 't', token_type: 'bearer', expires_in: 3600, ...response, scope: 'read', state: 's' },
  ],
];

const asCases = (rows: readonly PurposeRow[]) => rows.map(([kind, marker, claims]) => ({ kind, marker, claims }));

describe.each(['JWT', 'application/jwt', undefined])('[TOKEN-PURPOSE] with the header type %s', (typ) => {
  it.each(asCases([...aboutUsers, ...others]))('$kind is refused: $claims', ({ kind, marker, claims }) => {
    const error = authErrorOf(() => verifierFor(key).verifySync(signToken(key, claims, { typ })));
    expect(error.code).toBe('ERR_TOKEN_TYPE');
    expect(error.message).toBe(`The token is not an access token but ${kind}, recognized by ${marker}`);
    expect(error).not.toHaveProperty('claim');
  });
});

describe.each(['at+jwt', 'application/AT+JWT'])('[TOKEN-PURPOSE] the header type %s', (typ) => {
  const strict = asCases([...aboutUsers, ...others]).filter(({ claims }) => !('sub' in claims || 'iat' in claims));

  it.each(asCases([...aboutUsers, ...others]))(
    'is of an access token, whatever its claims are: $claims',
    ({ claims }) => {
      expect(isAccepted({ ...claims, ...withExpiry }, { typ })).toBe(true);
    },
  );

  it.each(strict)('is enough for tokenType at+jwt: $claims', ({ claims }) => {
    expect(isAccepted({ ...claims, ...withExpiry, client_id: 'client' }, { typ }, 'at+jwt')).toBe(true);
  });
});

describe('[TOKEN-ID-ACCEPTED] dangerouslyAcceptIdTokens', () => {
  const options = { dangerouslyAcceptIdTokens: true };

  it.each(asCases(aboutUsers))('accepts $kind: $claims', ({ claims }) => {
    for (const typ of ['JWT', undefined]) {
      expect(isAccepted({ ...claims, ...withExpiry }, { typ }, 'compatible', options)).toBe(true);
    }
  });

  it.each(asCases(others))('does not accept $kind: $claims', ({ claims }) => {
    const token = signToken(key, claims, { typ: 'JWT' });
    expect(authErrorOf(() => verifierFor(key, options).verifySync(token)).code).toBe('ERR_TOKEN_TYPE');
  });

  it.each(['id_token+jwt', 'logout+jwt', 'oauth-id-jag+jwt', 'dpop+jwt'])('accepts no header type %s', (typ) => {
    const token = signToken(key, { at_hash: 'x' }, { typ });
    expect(authErrorOf(() => verifierFor(key, options).verifySync(token)).code).toBe('ERR_TOKEN_TYPE');
  });

  it('changes no other rule', () => {
    const refused = (claims: Members): string => {
      const token = signToken(key, { nonce: 'n', ...withoutAccess, ...claims }, { typ: 'JWT' });
      return authErrorOf(() => verifierFor(key, options).verifySync(token)).code;
    };
    expect(refused({ aud: 'other' })).toBe('ERR_AUDIENCE_MISMATCH');
    expect(refused({ exp: 1 })).toBe('ERR_TOKEN_EXPIRED');
    expect(refused({ cnf: { jkt: 'x' } })).toBe('ERR_BINDING_REQUIRED');
    expect(codeOf({ at_hash: 'x' }, { typ: 'JWT' }, 'at+jwt')).toBe('ERR_TOKEN_TYPE');
  });

  it('applies to its issuer only', async () => {
    const other = 'https://other.example';
    const issuers = [
      { ...source(), issuer: 'https://issuer.example', dangerouslyAcceptIdTokens: true },
      { ...source(), issuer: other },
    ];
    const verifier = createVerifier({ issuers, clock: new FakeClock(), tokenCache: false });
    const idTokenOf = (iss: string): string => signToken(key, { iss, at_hash: 'x' }, { typ: 'JWT' });
    expect(verifier.verifySync(idTokenOf('https://issuer.example')).subject).toBe('subject');
    expect(authErrorOf(() => verifier.verifySync(idTokenOf(other))).code).toBe('ERR_TOKEN_TYPE');
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
    { typ: 'DPoP' },
    { typ: 'offline' },
    { code: 'x' },
    { code: 'x', state: 'y' },
    { code: 'x', state: 'y', sub: undefined },
    { code: 'x', scope: 'read', sub: undefined, client_id: undefined },
    { code: 'x', state: 'y', scope: 'read', client_id: undefined },
    { code: 'x', client_id: null },
    { error: 'x', state: 'y', client_id: null, scp: 'read' },
    { state: 'y', client_id: null },
    { access_token: 'x', client_id: null },
    { token_type: 'Bearer' },
    { email: 'a@b.example', name: 'A', client_id: null },
    { email: 'a@b.example', iat: undefined, jti: undefined },
    { email: 'a@b.example', client_id: null, jti: undefined },
    { email: null, client_id: null, iat: undefined, jti: undefined },
  ])('do not turn an access token into one of them: %o', (claims) => {
    expect(isAccepted(claims, { typ: 'JWT' })).toBe(true);
  });
});
