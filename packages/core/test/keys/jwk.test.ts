import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { algorithms, allAlgorithms } from '../../src/crypto/algorithms.ts';
import { parseJwk } from '../../src/keys/jwk.ts';
import { runtime as node } from '../../src/runtime/node.ts';
import type { Runtime } from '../../src/runtime/runtime.ts';
import { runtime as web } from '../../src/runtime/web.ts';
import { generateTestKey } from '../support/test-key.ts';

const rsa = generateTestKey('RS256', 'rsa').jwk;
const ec = generateTestKey('ES256', 'ec').jwk;
const ed = generateTestKey('Ed25519', 'ed').jwk;

const publicMembers = { RSA: ['e', 'kty', 'n'], EC: ['crv', 'kty', 'x', 'y'], OKP: ['crv', 'kty', 'x'] };

function without(jwk: object, ...names: string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(jwk).filter(([name]) => !names.includes(name)));
}

const parse = (jwk: unknown) => parseJwk(jwk, node);

function rsaOf(bits: number, publicExponent = 65_537): object {
  return generateKeyPairSync('rsa', { modulusLength: bits, publicExponent }).publicKey.export({ format: 'jwk' });
}

/** The base64url of an odd or even number with the given number of bits. */
function modulus(bits: number, isOdd = true): string {
  const bytes = Buffer.alloc(Math.ceil(bits / 8), 0x55);
  bytes[0] = 1 << ((bits - 1) % 8);
  bytes[bytes.length - 1] = isOdd ? 1 : 2;
  return bytes.toString('base64url');
}

describe('a JWK', () => {
  it.each(allAlgorithms)('for %s is usable, with its public members only', (alg) => {
    const { jwk } = generateTestKey(alg, 'key');
    const usable = parse({ ...jwk, 'x-custom': 1, x5c: ['…'] });
    expect(usable).toMatchObject({ kid: 'key', alg });
    expect(Object.keys(usable?.jwk ?? {}).toSorted()).toEqual(publicMembers[algorithms[alg].kty]);
  });

  it('without alg has the algorithm of its curve, or the one RSA algorithm of the policy', () => {
    expect(parse(without(ec, 'alg'))?.alg).toBe('ES256');
    expect(parse(without(ed, 'alg'))?.alg).toBe('Ed25519');
    expect(parse(without(rsa, 'alg'))).toMatchObject({ alg: undefined });
    expect(parse({ ...ed, alg: 'EdDSA' })?.alg).toBe('Ed25519');
  });

  it.each([
    ['that is no object', null],
    ['that is a text', 'key'],
    ['that is a list', [rsa]],
    ['of an unknown type', { ...rsa, kty: 'quantum' }],
    ['of no type', without(rsa, 'kty')],
    ['that is symmetric', { kty: 'oct', k: 'c2VjcmV0', alg: 'HS256' }],
    ['for HMAC', { ...rsa, alg: 'HS256' }],
    ['for none', { ...rsa, alg: 'none' }],
    ['for an algorithm in other letters', { ...rsa, alg: 'rs256' }],
    ['whose alg is no text', { ...rsa, alg: ['RS256'] }],
    ['for an algorithm of another type', { ...rsa, alg: 'ES256' }],
    ['for an algorithm of another curve', { ...ec, alg: 'ES384' }],
    ['of an unknown curve', { ...ec, crv: 'secp256k1' }],
    ['of Ed448', { ...ed, crv: 'Ed448' }],
    ['of X25519', { ...ed, crv: 'X25519', alg: undefined }],
    ['of a curve of another type', { ...ec, crv: 'Ed25519' }],
    ['of another type than its curve', { ...ec, kty: 'OKP' }],
    ['of an RSA algorithm and a curve', { ...ec, kty: 'RSA', alg: undefined }],
    ['for encryption', { ...rsa, use: 'enc' }],
    ['for signing only', { ...rsa, key_ops: ['sign'] }],
    ['whose key_ops are no list', { ...rsa, key_ops: 'verify' }],
    ['whose key_ops repeat one', { ...rsa, key_ops: ['verify', 'verify'] }],
    ['whose key_ops repeat another one', { ...rsa, key_ops: ['verify', 'wrapKey', 'wrapKey'] }],
    ['whose key_ops contain a number', { ...rsa, key_ops: ['verify', 1] }],
    ['whose key_ops contain null', { ...rsa, key_ops: ['verify', null] }],
    ['whose identifier is a number', { ...rsa, kid: 7 }],
    ['without a modulus', without(rsa, 'n')],
    ['without an exponent', without(rsa, 'e')],
    ['whose modulus is no base64url', { ...rsa, n: `${String(rsa['n'])}==` }],
    ['whose modulus is a character longer than base64url can be', { ...rsa, n: `${String(rsa['n'])}AAA` }],
    ['whose modulus ends in bits that decode to nothing', { ...rsa, n: `${String(rsa['n']).slice(0, -1)}B` }],
    ['whose modulus is empty', { ...rsa, n: '' }],
    ['whose modulus is nothing but zeros', { ...rsa, n: Buffer.alloc(256).toString('base64url') }],
    ['whose modulus is even', { ...rsa, n: modulus(2048, false) }],
    ['whose modulus has 2047 bits', { ...rsa, n: modulus(2047) }],
    [
      'whose modulus has 1024 bits and is padded',
      { ...rsa, n: Buffer.concat([Buffer.alloc(128), Buffer.from(modulus(1024), 'base64url')]).toString('base64url') },
    ],
    ['whose modulus has 8193 bits', { ...rsa, n: modulus(8193) }],
    ['whose modulus has 16,384 bits', { ...rsa, n: modulus(16_384) }],
    ['whose exponent is 1', { ...rsa, e: 'AQ' }],
    ['whose exponent is even', { ...rsa, e: 'Ag' }],
    ['whose exponent is 0', { ...rsa, e: 'AA' }],
    ['whose exponent has 33 bits', { ...rsa, e: modulus(33) }],
    [
      'whose exponent has 33 bits behind zeros',
      { ...rsa, e: Buffer.from([0, 0, 1, 0, 0, 0, 1]).toString('base64url') },
    ],
    ['whose exponent is as long as the modulus', { ...rsa, e: rsa['n'] }],
    ['without y', without(ec, 'y')],
    ['whose y is too short', { ...ec, y: 'AQAB' }],
    ['whose coordinate is too short', { ...ec, x: 'AQAB' }],
    ['whose coordinate is no text', { ...ec, x: 7 }],
    ['without x', without(ed, 'x')],
  ])('%s is not used', (_name, jwk) => {
    expect(parse(jwk)).toBeUndefined();
  });

  it.each(['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'])(
    '[KEYS-NO-SECRETS] with the private member %s is not used',
    (name) => {
      for (const jwk of [rsa, ec, ed]) expect(parse({ ...jwk, [name]: 'AQAB' })).toBeUndefined();
    },
  );

  it('[KEYS-RSA-SIZE] of RSA has 2048 to 8192 bits', () => {
    expect(parse(rsaOf(1024))).toBeUndefined();
    expect(parse(rsaOf(2048))).toBeDefined();
    expect(parse(rsaOf(2048, 3))).toBeDefined();
    expect(parse({ ...rsa, n: modulus(2048) })).toBeDefined();
    expect(parse({ ...rsa, n: modulus(8192) })).toBeDefined();
    expect(parse({ ...rsa, n: modulus(8193) })).toBeUndefined();
  });

  it.each([
    'alg',
    'use',
    'key_ops',
    'kid',
    'd',
    'k',
    'p',
    'q',
    'dp',
    'dq',
    'qi',
    'oth',
    'x5c',
    'x5t',
    'x5t#S256',
    'x5u',
  ])('[KEYS-EMPTY-MEMBERS] is used although its member %s has no value', (name) => {
    for (const jwk of [rsa, ec, ed]) {
      for (const empty of [null, '', []]) {
        if (name === 'kid' && Array.isArray(empty)) continue;
        expect(parse({ ...jwk, [name]: empty })?.jwk).toEqual(parse(jwk)?.jwk);
      }
    }
  });

  it('[KEYS-EMPTY-MEMBERS] without a value for alg has the algorithm of its curve, or is an RSA key without alg', () => {
    for (const alg of [null, '', []]) {
      expect(parse({ ...ec, alg })?.alg).toBe('ES256');
      expect(parse({ ...ed, alg })?.alg).toBe('Ed25519');
      expect(parse({ ...rsa, alg })).toMatchObject({ alg: undefined });
    }
  });

  it('whose kid is null has none, and an empty kid is one', () => {
    expect(parse({ ...rsa, kid: null })).toMatchObject({ kid: undefined });
    expect(parse({ ...rsa, kid: '' })).toMatchObject({ kid: '' });
  });

  it('has the thumbprints of its certificate that are text', () => {
    expect(parse({ ...rsa, x5t: 'a', 'x5t#S256': 'b' })?.thumbprints).toEqual({ x5t: 'a', x5tS256: 'b' });
    expect(parse({ ...rsa, x5t: 7, 'x5t#S256': '' })?.thumbprints).toEqual({ x5t: undefined, x5tS256: undefined });
  });

  it('may have key_ops with verify', () => {
    expect(parse({ ...rsa, key_ops: ['verify'] })).toBeDefined();
    expect(parse({ ...ec, key_ops: ['sign', 'verify'], use: 'sig' })).toBeDefined();
  });

  it('[KEYS-RSA-SIZE] of RSA has an exponent of at most 32 bits', () => {
    expect(parse({ ...rsa, e: modulus(32) })).toBeDefined();
    expect(parse({ ...rsa, e: Buffer.from([0, 1, 0, 1]).toString('base64url') })).toBeDefined();
    expect(parse({ ...rsa, e: modulus(33) })).toBeUndefined();
  });

  it('of RSA without an algorithm is used if the runtime verifies RS256', () => {
    const supports: Runtime['supports'] = (algorithm) => algorithm === 'RS256';
    expect(parseJwk(without(rsa, 'alg'), { ...node, supports })).toBeDefined();
    expect(parseJwk(without(rsa, 'alg'), { ...node, supports: () => false })).toBeUndefined();
  });

  it('that the runtime cannot verify is not used', () => {
    const supports: Runtime['supports'] = (algorithm) => algorithm !== 'Ed25519';
    expect(parseJwk(ed, { ...web, supports })).toBeUndefined();
    expect(parseJwk(ec, { ...web, supports })).toBeDefined();
  });

  it('is parsed the same by both runtimes', () => {
    for (const jwk of [rsa, ec, ed, rsaOf(1024)]) expect(parseJwk(jwk, web)).toEqual(parseJwk(jwk, node));
  });
});
