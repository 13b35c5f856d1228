import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { allAlgorithms, defaultAlgorithms } from '../../src/crypto/algorithms.ts';
import type { JSONWebKey } from '../../src/index.ts';
import { authErrorOf } from '../support/expected-errors.ts';
import { claimsWith, encode, headerText, signText, signToken } from '../support/sign-token.ts';
import { generateTestKey, keySetOf, signWith } from '../support/test-key.ts';
import { verifierFor } from '../support/verifiers.ts';

const rsa = generateTestKey('RS256');
const json = JSON.stringify(claimsWith());

function codeOf(verifier: ReturnType<typeof verifierFor>, token: string): string {
  return authErrorOf(() => verifier.verifySync(token)).code;
}

function forged(header: Readonly<Record<string, unknown>>, sign: (input: string) => string | Buffer): string {
  const input = `${encode(JSON.stringify({ kid: rsa.kid, ...header }))}.${encode(json)}`;
  return `${input}.${Buffer.from(sign(input)).toString('base64url')}`;
}

function withoutAlg({ alg: _, ...jwk }: JSONWebKey): JSONWebKey {
  return jwk as JSONWebKey;
}

describe('an algorithm', () => {
  it.each(defaultAlgorithms)('%s is accepted by default', (alg) => {
    const key = generateTestKey(alg);
    expect(verifierFor(key).verifySync(signToken(key)).header?.alg).toBe(alg);
  });

  it.each(allAlgorithms)('[TOKEN-ALGORITHM] %s is refused if only others are accepted', (alg) => {
    const key = generateTestKey(alg);
    const verifier = verifierFor(key, { algorithms: allAlgorithms.filter((name) => name !== alg) });
    expect(codeOf(verifier, signToken(key))).toBe('ERR_ALG_NOT_ALLOWED');
  });

  it('[TOKEN-EDDSA] EdDSA and Ed25519 name the same algorithm', () => {
    const key = generateTestKey('Ed25519');
    const eddsa = signToken(key, {}, { alg: 'EdDSA' });
    expect(verifierFor(key).verifySync(eddsa).header?.alg).toBe('EdDSA');
    expect(verifierFor(key, { algorithms: ['EdDSA'] }).verifySync(signToken(key)).header?.alg).toBe('Ed25519');
    const jwks = { keys: [{ ...key.jwk, alg: 'EdDSA' }] };
    expect(verifierFor(key, { jwks }).verifySync(signToken(key)).header?.alg).toBe('Ed25519');
  });

  it.each([
    'none',
    'None',
    'NONE',
    'nOnE',
    'none ',
    '',
    'HS256',
    'HS384',
    'HS512',
    'rs256',
    'RS1',
    'ES256K',
    'toString',
  ])('[TOKEN-ALGORITHM] named "%s" is refused, with and without a signature', (alg) => {
    const verifier = verifierFor(rsa);
    expect(codeOf(verifier, forged({ alg }, rsa.sign))).toBe('ERR_ALG_NOT_ALLOWED');
    expect(
      codeOf(
        verifier,
        forged({ alg }, () => '\u0000'),
      ),
    ).toBe('ERR_ALG_NOT_ALLOWED');
    expect(
      codeOf(
        verifier,
        forged({ alg }, () => ''),
      ),
    ).toBe(/^none$/i.test(alg) ? 'ERR_ALG_NOT_ALLOWED' : 'ERR_TOKEN_MALFORMED');
  });

  it.each([null, 1, [], {}, ['RS256'], undefined])('that is %o is refused', (alg) => {
    expect(codeOf(verifierFor(rsa), forged({ alg }, rsa.sign))).toBe('ERR_ALG_NOT_ALLOWED');
  });

  it('[TOKEN-ALGORITHM] HMAC with any spelling of the public key is refused', () => {
    const spki = rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString();
    const spellings = [
      spki,
      spki.trim(),
      rsa.publicKey.export({ type: 'pkcs1', format: 'pem' }),
      rsa.publicKey.export({ type: 'spki', format: 'der' }),
      JSON.stringify(rsa.jwk),
      JSON.stringify(keySetOf(rsa)),
      Buffer.from(rsa.jwk['n'] as string, 'base64url'),
      '',
    ];
    for (const jwks of [keySetOf(rsa), { keys: [withoutAlg(rsa.jwk)] }]) {
      const verifier = verifierFor(rsa, { jwks });
      for (const spelling of spellings) {
        const token = forged({ alg: 'HS256' }, (input) => createHmac('sha256', spelling).update(input).digest());
        expect(codeOf(verifier, token)).toBe('ERR_ALG_NOT_ALLOWED');
      }
    }
  });
});

describe('a key', () => {
  it('[TOKEN-ALGORITHM-OF-KEY] with an algorithm is never used with another one, even an accepted one', () => {
    const jwks = { keys: [{ ...rsa.jwk, alg: 'RS512' }] };
    expect(codeOf(verifierFor(rsa, { jwks }), signToken(rsa))).toBe('ERR_ALG_NOT_ALLOWED');
    expect(codeOf(verifierFor(rsa, { jwks, algorithms: ['RS256'] }), signToken(rsa))).toBe('ERR_ALG_NOT_ALLOWED');
  });

  it('[TOKEN-RSA-WITHOUT-ALG] for RSA without an algorithm means RS256, or the RSA algorithms that are listed', () => {
    const jwks = { keys: [withoutAlg(rsa.jwk)] };
    const withPss = forged({ alg: 'PS256' }, (input) => signWith('PS256', rsa.privateKey, input));
    expect(verifierFor(rsa, { jwks }).verifySync(signToken(rsa)).header?.alg).toBe('RS256');
    expect(codeOf(verifierFor(rsa, { jwks }), withPss)).toBe('ERR_ALG_NOT_ALLOWED');
    const both = ['RS256', 'PS256'];
    for (const token of [withPss, signToken(rsa)]) {
      expect(verifierFor(rsa, { jwks, algorithms: both }).verifySync(token).subject).toBe('subject');
    }
    expect(codeOf(verifierFor(rsa, { jwks, algorithms: ['RS256', 'RS512'] }), withPss)).toBe('ERR_ALG_NOT_ALLOWED');
    expect(codeOf(verifierFor(rsa, { jwks: keySetOf(rsa), algorithms: both }), withPss)).toBe('ERR_ALG_NOT_ALLOWED');
    const pssOnly = verifierFor(rsa, { jwks, algorithms: ['PS256', 'ES256'] });
    expect(pssOnly.verifySync(withPss).header?.alg).toBe('PS256');
    expect(codeOf(pssOnly, signToken(rsa))).toBe('ERR_ALG_NOT_ALLOWED');
  });

  it('without an algorithm is used with the one of its curve', () => {
    for (const alg of ['ES256', 'ES384', 'ES512', 'Ed25519'] as const) {
      const key = generateTestKey(alg);
      const verifier = verifierFor(key, { jwks: { keys: [withoutAlg(key.jwk)] } });
      expect(verifier.verifySync(signToken(key)).header?.alg).toBe(alg);
      const others = allAlgorithms.filter((name) => name !== alg);
      for (const name of others)
        expect(codeOf(verifier, signToken(key, {}, { alg: name }))).toBe('ERR_ALG_NOT_ALLOWED');
    }
  });

  it('[TOKEN-KID] that is not in the set is never replaced by another, not even by the only one', () => {
    const stranger = generateTestKey('Ed25519', 'stranger');
    const known = generateTestKey('Ed25519', 'known');
    for (const kid of [
      'stranger',
      '',
      '../../x',
      "' OR 1=1--",
      '__proto__',
      'constructor',
      '\u0000',
      'x'.repeat(9000),
    ]) {
      expect(codeOf(verifierFor(known), signToken(stranger, {}, { kid }))).toBe('ERR_KEY_NOT_FOUND');
    }
    expect(codeOf(verifierFor(known), signToken(stranger, {}, { kid: 'known' }))).toBe('ERR_SIGNATURE_INVALID');
  });

  it('[TOKEN-KEY-AMBIGUOUS] is found without an identifier if exactly one fits, and refused as ambiguous if several do', () => {
    const [one, two, other] = [generateTestKey('ES256'), generateTestKey('ES256'), generateTestKey('Ed25519')];
    const token = signToken(one, {}, { kid: undefined });
    expect(verifierFor(one, { jwks: keySetOf(one, other) }).verifySync(token).header?.kid).toBeUndefined();
    expect(codeOf(verifierFor(one, { jwks: keySetOf(one, two) }), token)).toBe('ERR_KEY_AMBIGUOUS');
    expect(codeOf(verifierFor(one, { jwks: keySetOf(other) }), token)).toBe('ERR_KEY_NOT_FOUND');
  });

  it('[TOKEN-KEY-AMBIGUOUS] that shares its identifier with another one is refused as ambiguous', () => {
    const [one, two] = [generateTestKey('ES256', 'same'), generateTestKey('ES256', 'same')];
    expect(codeOf(verifierFor(one, { jwks: keySetOf(one, two) }), signToken(one))).toBe('ERR_KEY_AMBIGUOUS');
    const twice = { keys: [one.jwk, one.jwk] };
    expect(verifierFor(one, { jwks: twice }).verifySync(signToken(one)).header?.kid).toBe('same');
  });

  it('[TOKEN-HEADER-KEYS] in the header of a token is never used', () => {
    const attacker = generateTestKey('ES256', 'attacker');
    const known = generateTestKey('ES256', 'known');
    for (const header of [
      { jwk: attacker.jwk },
      { jku: 'https://x.example' },
      { x5u: 'https://x.example' },
      { x5c: [] },
    ]) {
      expect(codeOf(verifierFor(known), signText(attacker, headerText(attacker, header), json))).toBe(
        'ERR_KEY_NOT_FOUND',
      );
      const borrowed = signText(attacker, headerText(attacker, { ...header, kid: 'known' }), json);
      expect(codeOf(verifierFor(known), borrowed)).toBe('ERR_SIGNATURE_INVALID');
    }
  });
});
