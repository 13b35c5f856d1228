import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { JSONWebKey } from '../../src/index.ts';
import { authErrorOf, configurationErrorOf } from '../support/expected-errors.ts';
import { audience, issuer, signToken } from '../support/sign-token.ts';
import { generateTestKey, keySetOf } from '../support/test-key.ts';
import { verifierFor } from '../support/verifiers.ts';

const key = generateTestKey('ES256');
const rsa = generateTestKey('RS256');

function fault(jwks: unknown): string {
  return configurationErrorOf({ issuer, audience, jwks }).message;
}

function publicJwk(type: 'ec' | 'rsa', options: object): JSONWebKey {
  const generate = generateKeyPairSync as (type: string, options: object) => ReturnType<typeof generateKeyPairSync>;
  return generate(type, options).publicKey.export({ format: 'jwk' } as never) as unknown as JSONWebKey;
}

const weak: Readonly<Record<string, JSONWebKey>> = {
  'an RSA key of 1024 bits': publicJwk('rsa', { modulusLength: 1024 }),
  'an RSA key of 8200 bits': {
    ...rsa.jwk,
    n: Buffer.alloc(1025, 0x55).fill(0x81, 0, 1).toString('base64url'),
  },
  'an RSA key with an exponent of 40 bits': { ...rsa.jwk, e: Buffer.alloc(5, 0x81).toString('base64url') },
  'an RSA key with the exponent 1': { ...rsa.jwk, e: 'AQ' },
  'an RSA key with an even exponent': { ...rsa.jwk, e: 'AQAA' },
  'an RSA key with an even modulus': { ...rsa.jwk, n: `${(rsa.jwk['n'] as string).slice(0, -2)}AA` },
  'an RSA key with leading zeros': {
    ...rsa.jwk,
    n: Buffer.concat([Buffer.alloc(300), Buffer.from([3])]).toString('base64url'),
  },
  'an RSA key without a modulus': { kty: 'RSA', e: 'AQAB' },
  'a curve that is not supported': publicJwk('ec', { namedCurve: 'secp256k1' }),
  'a curve that the algorithm does not use': { ...key.jwk, alg: 'ES384' },
  'a type that the algorithm does not use': { ...key.jwk, alg: 'RS256' },
  'a key for encryption': { ...key.jwk, use: 'enc' },
  'a key for other operations': { ...key.jwk, key_ops: ['sign'] },
  'an algorithm for encryption': { ...rsa.jwk, alg: 'RSA-OAEP' },
  'an HMAC algorithm': { ...rsa.jwk, alg: 'HS256' },
  'an unknown type': { kty: 'XYZ' },
  'a key identifier that is not text': { ...key.jwk, kid: 1 as never },
  'a coordinate that is too short': { ...key.jwk, x: 'AQAB' },
};

describe('the option jwks', () => {
  it.each([null, 'x', 1, [], {}, { keys: null }, { keys: {} }, { keys: 'x' }, key.jwk].map((jwks) => ({ jwks })))(
    'must be a JWK set: not $jwks',
    ({ jwks }) => {
      expect(fault(jwks)).toMatch(/^jwks must be a JWK set: \{ keys: \[\.\.\.\] \}/);
    },
  );

  it('is refused with a value that JSON cannot represent', () => {
    const cycle: Record<string, unknown> = { ...key.jwk };
    cycle['self'] = cycle;
    expect(fault({ keys: [{ ...key.jwk, number: 1n }] })).toMatch(/^jwks contains a value that JSON cannot represent/);
    expect(fault({ keys: [cycle] })).toMatch(/^jwks contains a value that JSON cannot represent/);
  });

  it('is refused with keys of node:crypto', () => {
    expect(fault({ keys: [key.publicKey] })).toMatch(/^jwks contains no key/);
  });

  it('[OPTIONS-NO-SECRET-KEYS] is refused with a private key, which the error does not contain', () => {
    const privateJwk = key.privateKey.export({ format: 'jwk' });
    const message = fault({ keys: [key.jwk, privateJwk] });
    expect(message).toMatch(/^jwks contains a private or symmetric key: a verifier needs public keys only/);
    expect(message).not.toContain(privateJwk.d);
    expect(fault({ keys: [rsa.privateKey.export({ format: 'jwk' })] })).toMatch(/private or symmetric/);
  });

  it('[OPTIONS-NO-SECRET-KEYS] is refused with a symmetric key', () => {
    expect(fault({ keys: [key.jwk, { kty: 'oct', k: 'c2VjcmV0' }] })).toMatch(/private or symmetric/);
  });

  it.each(Object.entries(weak))('must contain a usable key: not %s alone', (_name, jwk) => {
    expect(fault({ keys: [jwk] })).toMatch(/^jwks contains no key that can verify a signature: RSA of 2048/);
  });

  it('[KEYS-EMPTY-MEMBERS] may have members without a value, private ones included', () => {
    const empty = { alg: null, use: '', key_ops: [], d: null, p: '', k: null, oth: [], x5c: null };
    const jwks = { keys: [{ ...key.jwk, ...empty }] };
    expect(verifierFor(key, { jwks }).verifySync(signToken(key)).subject).toBe('subject');
  });

  it('must not be empty', () => {
    expect(fault({ keys: [] })).toMatch(/^jwks contains no key/);
    expect(fault({ keys: [null, 1, 'x', [], {}] })).toMatch(/^jwks contains no key/);
  });

  it('may contain unusable keys in addition to a usable one', () => {
    const jwks = { keys: [null, ...Object.values(weak), key.jwk] as JSONWebKey[] };
    expect(verifierFor(key, { jwks }).verifySync(signToken(key)).subject).toBe('subject');
    expect(verifierFor(key, { jwks }).stats().issuers[issuer]).toMatchObject({ state: 'fresh', keys: 1 });
  });

  it('makes a verifier ready without a fetch', async () => {
    const verifier = verifierFor(key);
    expect(verifier.ready()).toBe(true);
    await verifier.warmUp();
    expect(verifier.verifySync(signToken(key)).subject).toBe('subject');
  });

  it('with a point off its curve refuses only the tokens of that key', () => {
    const broken = { ...key.jwk, y: key.jwk['x'], kid: 'broken' };
    const verifier = verifierFor(key, { jwks: { keys: [broken, key.jwk] } });
    expect(authErrorOf(() => verifier.verifySync(signToken(key, {}, { kid: 'broken' }))).code).toBe(
      'ERR_KEY_NOT_FOUND',
    );
    expect(verifier.verifySync(signToken(key)).subject).toBe('subject');
  });

  it('is copied: later changes have no effect', () => {
    const jwks = structuredClone(keySetOf(key)) as { keys: JSONWebKey[] };
    const verifier = verifierFor(key, { jwks });
    jwks.keys.length = 0;
    expect(verifier.verifySync(signToken(key)).subject).toBe('subject');
  });
});
