import { describe, expect, it } from 'vitest';
import type { SingleIssuerOptions } from '../../src/index.ts';
import { authErrorFrom, authErrorOf } from '../support/expected-errors.ts';
import { clientId, idToken, nonce, verifiers } from '../support/id-tokens.ts';
import { requestWith } from '../support/requests.ts';
import { claimsWith, encode, now, signParts, signText, signToken } from '../support/sign-token.ts';
import { generateTestKey } from '../support/test-key.ts';
import { verifierFor } from '../support/verifiers.ts';

const key = generateTestKey('Ed25519');
const claims = encode(JSON.stringify(claimsWith()));
const manyLists = Array.from({ length: 1000 }, () => []);

/** Signs a token with the given header. */
const headed = (header: string | Uint8Array): string => signText(key, header, JSON.stringify(claimsWith()));

/** The expected message, the token, and the options that cause it. */
type Case = readonly [message: string, token: string, options?: Partial<SingleIssuerOptions>];

const tokens: readonly Case[] = [
  ['The token is longer than 16384 characters', 'a'.repeat(16_385)],
  ['The token is longer than 300 characters', 'a'.repeat(301), { maxTokenSize: 300 }],
  ['The token is not a compact JWS of three base64url parts', ''],
  ['The token is not a compact JWS of three base64url parts', 'a.b'],
  ['The token is not a compact JWS of three base64url parts', '.b.c'],
  ['The token is not a compact JWS of three base64url parts', 'a..c'],
  ['The token is not a compact JWS of three base64url parts', 'a.b.'],
  ['The token is encrypted (five parts), and only signed tokens (three parts) are verified', 'a.b.c.d.e'],
  ['The token is encrypted (five parts), and only signed tokens (three parts) are verified', 'a..c.d.e'],
  ['The token is opaque and not a JWT: the client must request a token for this API', 'opaque'],
  ['The token is the word "undefined" or "null": the client sends a variable without a value', 'undefined'],
  ['The token is the word "undefined" or "null": the client sends a variable without a value', 'null'],
  ['The token begins with "Bearer": pass the token alone', `Bearer ${signToken(key)}`],
  ['The token begins with "Bearer": pass the token alone', `bearer  opaque`],
  ['The token is not signed', `${encode('{"alg":"none"}')}.${claims}.`],
  [
    'The signature of the token is invalid. The nonce in its header marks a token for Microsoft Graph, which only Graph can verify: request a token with a scope of this API',
    signToken(generateTestKey('Ed25519', key.kid), {}, { typ: 'JWT', nonce: 'x' }),
  ],
  [
    'The token was not issued by an issuer that is trusted here. The nonce in its header marks a token for Microsoft Graph, which only Graph can verify: request a token with a scope of this API',
    signToken(key, { iss: 'https://sts.windows.net/tenant/' }, { typ: 'JWT', nonce: 'x' }),
  ],
  ['A part of the token is not canonical base64url', 'aa.bb.cc.dd'],
  ['A part of the token is not canonical base64url', signParts(key, 'AB', claims)],
  ['A part of the token is not UTF-8', headed(Uint8Array.of(0xff))],
  ['A part of the token is not JSON', headed('{')],
  ['A part of the token is not a JSON object', headed('[]')],
  ['A part of the token contains too many arrays and objects', signToken(key, { manyLists })],
  ['The token requires an extension that is not supported', signToken(key, {}, { crit: ['b64'] })],
  ['The header of the token has no algorithm', signToken(key, {}, { alg: undefined })],
  ['The key identifier of the token is not a string', signToken(key, {}, { kid: 1 })],
  ['The type in the header is not a string', signToken(key, {}, { typ: 1 })],
  ['The type in the header is not at+jwt', signToken(key, {}, { typ: 'JWT' }), { tokenType: 'at+jwt' }],
  ['The header names another type of token', signToken(key, {}, { typ: 'logout+jwt' })],
  ['The token has no claim "exp"', signToken(key, { exp: undefined })],
  ['The claim "sub" is of the wrong type', signToken(key, { sub: 1 })],
  ['The token expired', signToken(key, { exp: now - 60 })],
  ['The token is not valid yet', signToken(key, { nbf: now + 60 })],
  ['The token was issued in the future', signToken(key, { iat: now + 60 }), { maxTokenAge: 60 }],
  ['The token was issued too long ago', signToken(key, { iat: now - 600 }), { maxTokenAge: 60 }],
  ['The token is valid for longer than is accepted here', signToken(key, { exp: now + 600 }), { maxLifetime: 60 }],
  ['The token was issued for another audience', signToken(key, { aud: 'api://other' })],
  ['The token was issued to a client that is not accepted', signToken(key), { clientIds: ['another'] }],
  ['The token is bound to a key and was sent as a bearer token', signToken(key, { cnf: { jkt: 'x' } })],
  [
    'The token does not have a claim of an access token of its issuer: cid, token_use',
    signToken(key, {}, { typ: 'JWT' }),
    { accessTokenClaims: { cid: true, token_use: 'access' } },
  ],
];

describe('the message about a token', () => {
  it.each(tokens.map(([message, token, options]) => ({ message, token, options })))('$message', (one) => {
    const { message, token, options } = one;
    expect(authErrorOf(() => verifierFor(key, options).verifySync(token)).message).toBe(message);
  });
});

describe('the message about credentials', () => {
  it.each([
    ['The request has more than one set of credentials', ['Bearer a', 'Bearer b']],
    ['The request has more than one set of credentials', ['Bearer a,b']],
    ['The credentials are not of the form "Bearer <token>"', ['Bearer a b']],
    ['The token is longer than 16384 characters', [`Bearer ${'a'.repeat(16_385)}`]],
    ['The token is longer than 16384 characters', [`Bearer ${'a'.repeat(20_000)}`]],
  ])('%s', async (message, values) => {
    const result = await verifierFor(key).authenticate(requestWith(...values));
    expect(result).toMatchObject({ ok: false, error: { message } });
  });
});

it('[REQUEST-MALFORMED] a malformed token of getToken is not called an Authorization header', async () => {
  const verifier = verifierFor(key, { getToken: () => 'session=a b' });
  const result = await verifier.authenticate(requestWith());
  if (result.ok) throw new Error('The malformed token was accepted');
  expect(result.error).toMatchObject({ code: 'ERR_CREDENTIALS_MALFORMED', status: 400 });
  expect(result.error.message).toBe(
    'The text that getToken returned is not a token: it contains a space or another illegal character',
  );
  const { headers, body } = verifier.challenge(result.error);
  expect(`${headers['WWW-Authenticate']} ${body}`).not.toContain('header');
  expect(JSON.parse(body)).toEqual({ error: 'invalid_request', error_description: 'The access token is malformed' });
});

describe('the message about an ID token', () => {
  const cases: readonly (readonly [string, string, object?])[] = [
    ['The header names another type of token', idToken({}, { typ: 'at+jwt' })],
    ['The token is not an ID token but an access token', idToken({ scope: 'read' })],
    ['The token is not an ID token but an access token', idToken({ typ: 'Bearer' })],
    ['The token is not an ID token but an access token', idToken({ token_use: 'access' })],
    ['The token is not an ID token but a security event or logout token', idToken({ events: {} })],
    ['The token is not an ID token but an introspection response', idToken({ token_introspection: {} })],
    ['The token is not an ID token but a DPoP proof', idToken({ htm: 'GET', htu: 'https://api.example' })],
    ['The token is not an ID token but a logout token', idToken({ typ: 'Logout' })],
    ['The token is not an ID token but a refresh token', idToken({ typ: 'Refresh' })],
    ['The token is not an ID token but an offline token', idToken({ typ: 'Offline' })],
    ['The token is not an ID token but an authorization response', idToken({ code: 'x', state: 'y' })],
    ['The ID token was issued for another client', idToken({ aud: 'another' })],
    ['The ID token was issued to another client', idToken({ azp: 'another' })],
    ['The ID token has a nonce, and none is expected', idToken(), { nonce: undefined }],
    ['The ID token answers another authentication request', idToken({ nonce: 'another' })],
    ['The subject was authenticated in the future', idToken({ auth_time: now + 60 }), { maxAge: 60 }],
    ['The subject was authenticated too long ago', idToken({ auth_time: now - 600 }), { maxAge: 60 }],
  ];

  it.each(cases.map(([message, token, expected]) => ({ message, token, expected })))('$message', async (one) => {
    const { message, token, expected } = one;
    for (const verifier of verifiers()) {
      const error = await authErrorFrom(verifier.verifyIdToken(token, { clientId, nonce, ...expected }));
      expect(error.message).toBe(message);
    }
  });

  it.each([
    { htm: 'GET', scope: undefined },
    { htu: 'https://api.example' },
    { scope: 'read', at_hash: 'x' },
    { scope: 'read', c_hash: 'x' },
    { scope: 'read', typ: 'ID' },
    { scope: 'read', token_use: 'id' },
  ])('is absent if its claims only resemble those of other tokens: %o', async (members) => {
    for (const verifier of verifiers()) {
      const { subject } = await verifier.verifyIdToken(idToken(members), { clientId, nonce });
      expect(subject).toBe('subject');
    }
  });
});
