import { describe, expect, it } from 'vitest';
import { createVerifier, type SingleIssuerOptions } from '../../src/index.ts';
import { authErrorOf } from '../support/expected-errors.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { audience, signToken } from '../support/sign-token.ts';
import { generateTestKey, keySetOf } from '../support/test-key.ts';
import { verifierFor } from '../support/verifiers.ts';

const key = generateTestKey('Ed25519');

type Members = Readonly<Record<string, unknown>>;
type AccessTokenClaims = SingleIssuerOptions['accessTokenClaims'];

// Nothing identifies it: the claims of an ID token without a nonce (OpenID Connect Core 1.0, section 2).
const bare = { client_id: undefined, jti: undefined };

function outcomeOf(accessTokenClaims: AccessTokenClaims, claims: Members, header: Members = { typ: 'JWT' }): string {
  const verifier = verifierFor(key, accessTokenClaims === undefined ? {} : { accessTokenClaims });
  const token = signToken(key, { ...bare, ...claims }, header);
  try {
    return verifier.verifySync(token).scheme;
  } catch {
    const error = authErrorOf(() => verifier.verifySync(token));
    expect(error).not.toHaveProperty('claim');
    return error.code;
  }
}

describe('[TOKEN-ACCESS-CLAIMS] accessTokenClaims', () => {
  it.each([
    [{ cid: true }, { cid: 'x' }],
    [{ cid: true }, { cid: '' }],
    [{ cid: true, client_id: true }, { client_id: 'x' }],
    [{ scp: true }, { scp: ['read'] }],
    [{ scp: true }, { scp: [] }],
    [{ ver: true }, { ver: 0 }],
    [{ first: true }, { first: false }],
    [{ token_use: 'access' }, { token_use: 'access' }],
    [{ typ: ['Bearer', 'DPoP'] }, { typ: 'DPoP' }],
    [
      { typ: ['Bearer', 'DPoP'], azp: true },
      { typ: 'x', azp: 'y' },
    ],
    [{ toString: 'x' }, { toString: 'x' }],
    [{ 'https://api.example/kind': 'access' }, { 'https://api.example/kind': 'access' }],
  ] as readonly [AccessTokenClaims, Members][])('%j accepts a token with %j', (accessTokenClaims, claims) => {
    for (const typ of ['JWT', 'application/jwt', undefined]) {
      expect(outcomeOf(accessTokenClaims, claims, { typ })).toBe('Bearer');
    }
  });

  it.each([
    [{ cid: true }, {}],
    [{ cid: true }, { cid: null }],
    [{ cid: true }, { client_id: 'x' }],
    [{ cid: true }, { act: { cid: 'x' } }],
    [
      { cid: true, client_id: true },
      { cid: null, azp: 'x' },
    ],
    [{ token_use: 'access' }, { token_use: 'ACCESS' }],
    [{ token_use: 'access' }, { token_use: ['access'] }],
    [{ token_use: 'access' }, { token_use: 'access ' }],
    [{ token_use: 'access' }, { token_use: true }],
    [{ typ: ['Bearer', 'DPoP'] }, { typ: 'bearer' }],
    [{ typ: ['Bearer', 'DPoP'] }, { typ: 'Bearer,DPoP' }],
    [{ toString: true }, {}],
    [{ constructor: true, hasOwnProperty: true }, {}],
    [{ length: true }, {}],
  ] as readonly [AccessTokenClaims, Members][])('%j refuses a token with %j', (accessTokenClaims, claims) => {
    for (const typ of ['JWT', 'application/jwt', undefined]) {
      expect(outcomeOf(accessTokenClaims, claims, { typ })).toBe('ERR_TOKEN_TYPE');
    }
  });

  it.each(['at+jwt', 'application/at+jwt', 'AT+JWT'])('is not compared with the header type %s', (typ) => {
    expect(outcomeOf({ cid: true }, {}, { typ })).toBe('Bearer');
  });

  it('refuses nothing by default', () => {
    expect(outcomeOf(undefined, {})).toBe('Bearer');
  });

  it('is compared with the other rules about purpose, and never replaces them', () => {
    const claims = { azp: 'x', client_id: 'y' };
    for (const other of [{ at_hash: 'x' }, { typ: 'Refresh' }, { events: {} }]) {
      expect(outcomeOf({ azp: true }, { ...claims, ...other })).toBe('ERR_TOKEN_TYPE');
    }
  });

  it('is compared if ID tokens are accepted', () => {
    const options = { accessTokenClaims: { uid: true }, dangerouslyAcceptIdTokens: true } as const;
    const verifier = verifierFor(key, options);
    const token = (claims: Members): string => signToken(key, { ...bare, nonce: 'n', ...claims }, { typ: 'JWT' });
    expect(verifier.verifySync(token({ uid: 'x' })).subject).toBe('subject');
    expect(authErrorOf(() => verifier.verifySync(token({}))).code).toBe('ERR_TOKEN_TYPE');
  });

  it('applies to its issuer only', () => {
    const [strict, other] = ['https://strict.example', 'https://other.example'];
    const source = { audience, jwks: keySetOf(key) };
    const issuers = [
      { ...source, issuer: strict, accessTokenClaims: { cid: true } },
      { ...source, issuer: other },
    ] as const;
    const verifier = createVerifier({ issuers, clock: new FakeClock(), tokenCache: false });
    const token = (iss: string): string => signToken(key, { ...bare, iss }, { typ: 'JWT' });
    expect(authErrorOf(() => verifier.verifySync(token(strict))).code).toBe('ERR_TOKEN_TYPE');
    expect(verifier.verifySync(token(other)).issuer).toBe(other);
  });

  it('is compared again for a cached token of another verifier', () => {
    const clock = new FakeClock();
    const token = signToken(key, bare, { typ: 'JWT' });
    expect(verifierFor(key, { clock, tokenCache: {} }).verifySync(token).subject).toBe('subject');
    const strict = verifierFor(key, { clock, tokenCache: {}, accessTokenClaims: { cid: true } });
    expect(authErrorOf(() => strict.verifySync(token)).code).toBe('ERR_TOKEN_TYPE');
  });
});
