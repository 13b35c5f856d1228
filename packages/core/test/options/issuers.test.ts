import { describe, expect, it } from 'vitest';
import { createVerifier, type IssuerOptions } from '../../src/index.ts';
import { authErrorOf, configurationErrorOf } from '../support/expected-errors.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { now, signToken } from '../support/sign-token.ts';
import { generateTestKey, keySetOf } from '../support/test-key.ts';

const key = generateTestKey('Ed25519');
const jwks = keySetOf(key);
const a: IssuerOptions = { issuer: 'https://a.example', audience: 'api', jwks };
const b: IssuerOptions = { issuer: 'https://b.example', audience: 'api', jwks };

function fault(options: unknown): string {
  return configurationErrorOf(options).message;
}

describe('the option issuers', () => {
  it.each([null, 'x', 1, {}, []].map((issuers) => ({ issuers })))(
    'must be a list or a function: not $issuers',
    ({ issuers }) => {
      expect(fault({ issuers })).toMatch(/^issuers must be an array of \{ issuer, audience \}, or a function/);
    },
  );

  it.each(['https://a.example', null, 1, true].map((entry) => ({ entry })))(
    'must list objects: not $entry',
    ({ entry }) => {
      expect(fault({ issuers: [a, entry] })).toBe('issuers[1] must be an object');
    },
  );

  it('must name each issuer once', () => {
    expect(fault({ issuers: [a, b, { ...a, audience: 'another' }] })).toBe('issuers names https://a.example twice');
  });

  it('compares issuers character by character', () => {
    const slash = { ...a, issuer: 'https://a.example/' };
    expect(createVerifier({ issuers: [a, slash] }).ready()).toBe(true);
  });

  it('requires the same of each entry as of a single issuer, and names the entry', () => {
    expect(fault({ issuers: [{ audience: 'api' }] })).toMatch(/^issuers\[0\]\.issuer is missing/);
    expect(fault({ issuers: [a, { issuer: 'https://b.example' }] })).toMatch(/^issuers\[1\]\.audience is missing/);
    expect(fault({ issuers: [a, { ...b, issuer: 'http://b.example', jwks: undefined }] })).toMatch(
      /^issuers\[1\]\.issuer must use https/,
    );
    expect(fault({ issuers: [a, { ...b, clockTolerance: -1 }] })).toMatch(
      /^issuers\[1\]\.clockTolerance must be a number/,
    );
  });

  it.each([
    { issuer: 'https://c.example' },
    { audience: 'api' },
    { audience: null },
    { jwks },
    { jwksUri: 'https://c.example' },
    { metadataUri: 'https://c.example' },
  ])('cannot be combined with an option of a single issuer: %o', (stray) => {
    const [name] = Object.keys(stray);
    const message = `${name} cannot be combined with issuers: give it to each of them`;
    expect(fault({ issuers: [a], ...stray })).toBe(message);
    expect(fault({ issuers: () => a, ...stray })).toBe(message);
  });

  it('applies the common policy unless an entry has its own', () => {
    const issuers = [a, { ...b, clockTolerance: 0, requiredClaims: undefined } as unknown as IssuerOptions];
    const clock = new FakeClock();
    const verifier = createVerifier({ issuers, clockTolerance: 60, requiredClaims: ['sub'], clock });
    const expired = { aud: 'api', exp: now - 10 };
    expect(verifier.verifySync(signToken(key, { ...expired, iss: a.issuer })).issuer).toBe(a.issuer);
    expect(authErrorOf(() => verifier.verifySync(signToken(key, { ...expired, iss: b.issuer }))).code).toBe(
      'ERR_TOKEN_EXPIRED',
    );
    const anonymous = signToken(key, { aud: 'api', sub: undefined, iss: b.issuer });
    expect(authErrorOf(() => verifier.verifySync(anonymous))).toMatchObject({
      code: 'ERR_CLAIM_MISSING',
      claim: 'sub',
    });
  });

  it('is refused if one entry is wrong, and releases the other entries', () => {
    const weak = { ...b, jwks: { keys: [{ kty: 'oct' }] } };
    expect(fault({ issuers: [a, weak] })).toMatch(/^jwks contains no key/);
    expect(createVerifier({ issuers: [a, b] }).ready()).toBe(true);
  });
});
