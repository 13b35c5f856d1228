import { type Algorithm, algorithms, allAlgorithms } from '../../../src/crypto/algorithms.ts';
import { badSignatures } from '../../runtime/bad-signatures.ts';
import { encode } from '../../support/sign-token.ts';
import { generateTestKey, type TestKey } from '../../support/test-key.ts';
import { type Attack, attacks, type TokenRow } from '../attack.ts';
import type { AttackKeys } from '../attack-keys.ts';
import { type BadEncoding, badPkcs1, badPss, encodePss, goodPkcs1, goodPss, rawSign } from './rsa-encodings.ts';
import { goodClaims } from './tokens.ts';

function inputOf(alg: Algorithm): string {
  return `${encode(JSON.stringify({ alg, kid: alg, typ: 'at+jwt' }))}.${encode(goodClaims)}`;
}

function tokenOf(alg: Algorithm, signature: Uint8Array): string {
  return `${inputOf(alg)}.${encode(signature)}`;
}

/** Every algorithm has the same flaws; only the bytes differ. */
const flaws = allAlgorithms.flatMap((alg) => {
  const key = generateTestKey(alg);
  return badSignatures(key, generateTestKey(alg, 'other', 'second'), inputOf(alg)).map(({ flaw }) => ({ alg, flaw }));
});

const damaged = flaws.map(
  ({ alg, flaw }): TokenRow => ({
    id: `${alg}/${flaw.replaceAll(' ', '-')}`,
    advisory: algorithms[alg].kty === 'EC' && flaw.includes('=') ? 'CVE-2022-21449' : 'RFC 7515, section 5.2',
    how: `a signature ${flaw}`,
    code: flaw === 'empty' ? 'ERR_TOKEN_MALFORMED' : 'ERR_SIGNATURE_INVALID',
    token: ({ key, attackerKey }) => {
      const bad = badSignatures(key(alg), attackerKey(alg), inputOf(alg)).find((candidate) => candidate.flaw === flaw);
      return tokenOf(alg, bad?.signature ?? key(alg).sign(inputOf(alg)));
    },
  }),
);

function encodingsOf(alg: Algorithm): BadEncoding[] {
  const { hash, padding } = algorithms[alg];
  if (hash === null || padding === null) return [];
  return padding === 'pss' ? badPss(hash, inputOf(alg)) : badPkcs1(hash, inputOf(alg));
}

const paddings = allAlgorithms.flatMap((alg) =>
  encodingsOf(alg).map(
    ({ flaw, encoded }): TokenRow => ({
      id: `${alg}/padding/${flaw.replaceAll(/[ ,]+/g, '-')}`,
      advisory: algorithms[alg].padding === 'pss' ? 'RFC 8017, section 9.1.2' : 'CVE-2006-4339, CVE-2014-1568',
      how: `the issuer's private key over ${flaw}`,
      code: 'ERR_SIGNATURE_INVALID',
      token: ({ key }) => tokenOf(alg, rawSign(key(alg).privateKey, encoded)),
    }),
  ),
);

function modulusOf({ publicKey }: TestKey): bigint {
  const { n = '' } = publicKey.export({ format: 'jwk' });
  return BigInt(`0x${Buffer.from(n, 'base64url').toString('hex')}`);
}

function bytesOf(value: bigint, length: number): Buffer {
  return Buffer.from(value.toString(16).padStart(length * 2, '0'), 'hex');
}

const numbers: readonly (readonly [string, (good: bigint, modulus: bigint) => bigint, number])[] = [
  ['0', () => 0n, 256],
  ['1', () => 1n, 256],
  ['n - 1', (_, modulus) => modulus - 1n, 256],
  ['n', (_, modulus) => modulus, 256],
  ['n + 1', (_, modulus) => modulus + 1n, 256],
  ['n - s', (good, modulus) => modulus - good, 256],
  ['s + n, a byte longer', (good, modulus) => good + modulus, 257],
  ['s + 255 n, a byte longer', (good, modulus) => good + 255n * modulus, 257],
];

const rsaNumbers = allAlgorithms
  .filter((alg) => algorithms[alg].kty === 'RSA')
  .flatMap((alg) =>
    numbers.map(
      ([name, numberOf, length]): TokenRow => ({
        id: `${alg}/number/${name.replaceAll(/[ ,]+/g, '-')}`,
        advisory: 'RFC 8017, section 5.2.2',
        how: `the number ${name} as the signature`,
        code: 'ERR_SIGNATURE_INVALID',
        token: ({ key }) => {
          const good = BigInt(`0x${key(alg).sign(inputOf(alg)).toString('hex')}`);
          return tokenOf(alg, bytesOf(numberOf(good, modulusOf(key(alg))), length));
        },
      }),
    ),
  );

// RFC 8017, section 8.2.2: a signature is as long as the modulus, its leading zeros included.
const shortened = allAlgorithms
  .filter((alg) => algorithms[alg].kty === 'RSA')
  .map(
    (alg): TokenRow => ({
      id: `${alg}/without-its-leading-zero`,
      advisory: 'RFC 8017, section 8.2.2',
      how: 'a valid signature without its leading zero byte',
      code: 'ERR_SIGNATURE_INVALID',
      token: ({ key }) => withoutLeadingZero(alg, key(alg)),
    }),
  );

function withoutLeadingZero(alg: Algorithm, key: TestKey): string {
  for (let attempt = 0; ; attempt += 1) {
    const header = JSON.stringify({ alg, kid: alg, typ: 'at+jwt', attempt });
    const input = `${encode(header)}.${encode(goodClaims)}`;
    const signature = key.sign(input);
    if (signature[0] === 0) return `${input}.${encode(signature.subarray(1))}`;
  }
}

/** Creates a valid signature in the same way, to show that the altered ones are refused because of the flaw. */
export function rawSigned({ key }: AttackKeys, alg: Algorithm): string {
  const { hash, padding } = algorithms[alg];
  const name = hash ?? 'sha256';
  const encoded = padding === 'pss' ? encodePss(inputOf(alg), goodPss(name)) : goodPkcs1(name, inputOf(alg));
  return tokenOf(alg, rawSign(key(alg).privateKey, encoded));
}

/** Signatures with one flaw each. */
export const signatureAttacks: readonly Attack[] = attacks(6, [...damaged, ...paddings, ...rsaNumbers, ...shortened]);
