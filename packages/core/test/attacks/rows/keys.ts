import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { issuer, signToken } from '../../support/sign-token.ts';
import { generateTestKey, keySetOf, signWith, type TestKey } from '../../support/test-key.ts';
import { type Attack, attacks, type RefusalCode, type StepsRow } from '../attack.ts';
import type { AttackContext } from '../attack-context.ts';
import type { AttackKeys } from '../attack-keys.ts';
import { edwardsPoints, forgedForSmallPoint } from './edwards-points.ts';
import { rocaKey } from './roca-key.ts';

type Members = Readonly<Record<string, unknown>>;
type Jwk = Readonly<Record<string, unknown>>;

const named = (jwk: Members): Jwk => ({ kid: 'member', ...jwk });
const ofKey = ({ jwk }: TestKey, members: Members = {}): Jwk => named({ ...jwk, kid: 'member', ...members });
const zeros = 'A'.repeat(43);

/** Members of a key set that cannot be used and must not affect the others. */
const members: Readonly<Record<string, (keys: AttackKeys) => unknown>> = {
  null: () => null,
  'a number': () => 1,
  text: () => 'x',
  true: () => true,
  'an array': () => [],
  'an array of keys': ({ jwks }) => jwks.keys,
  'an empty object': () => ({}),
  'an object of the prototype': () => JSON.parse('{"__proto__":{"kty":"EC"},"kid":"member"}'),
  'an object that only has a kid': () => named({}),
  'kty unknown': () => named({ kty: 'XYZ', x: 'AA' }),
  'kty AKP': () => named({ kty: 'AKP', alg: 'ML-DSA-44', pub: 'AA' }),
  'kty in other case': ({ key }) => ofKey(key('ES256'), { kty: 'ec' }),
  'kty an array': ({ key }) => ofKey(key('ES256'), { kty: ['EC'] }),
  'a symmetric key': () => named({ kty: 'oct', k: 'AAAA', alg: 'HS256' }),
  'a symmetric key in disguise': ({ key }) => ofKey(key('ES256'), { k: 'AAAA' }),
  'a private EC key': ({ key }) => named({ ...key('ES256').privateKey.export({ format: 'jwk' }), alg: 'ES256' }),
  'a private RSA key': ({ key }) => named({ ...key('RS256').privateKey.export({ format: 'jwk' }), alg: 'RS256' }),
  'a private Ed25519 key': ({ key }) => named({ ...key('Ed25519').privateKey.export({ format: 'jwk' }) }),
  'use enc': ({ key }) => ofKey(key('ES256'), { use: 'enc' }),
  'use unknown': ({ key }) => ofKey(key('ES256'), { use: 'SIG' }),
  'use an array': ({ key }) => ofKey(key('ES256'), { use: ['sig'] }),
  'key_ops encrypt': ({ key }) => ofKey(key('ES256'), { key_ops: ['encrypt'] }),
  'key_ops sign': ({ key }) => ofKey(key('ES256'), { key_ops: ['sign'] }),
  'key_ops text': ({ key }) => ofKey(key('ES256'), { key_ops: 'verify' }),
  'alg none': ({ key }) => ofKey(key('ES256'), { alg: 'none' }),
  'alg unknown': ({ key }) => ofKey(key('ES256'), { alg: 'ES999' }),
  'alg for encryption': ({ key }) => ofKey(key('RS256'), { alg: 'RSA-OAEP' }),
  'alg of a MAC': ({ key }) => ofKey(key('RS256'), { alg: 'HS256' }),
  'alg of another curve': ({ key }) => ofKey(key('ES256'), { alg: 'ES384' }),
  'alg of another type': ({ key }) => ofKey(key('ES256'), { alg: 'RS256' }),
  'alg an array': ({ key }) => ofKey(key('ES256'), { alg: ['ES256'] }),
  'crv unknown': ({ key }) => ofKey(key('ES256'), { crv: 'secp256k1', alg: undefined }),
  'crv absent': ({ key }) => ofKey(key('ES256'), { crv: undefined }),
  'crv of Ed448': () => named({ kty: 'OKP', crv: 'Ed448', x: 'A'.repeat(76) }),
  'crv for key agreement': () => named({ kty: 'OKP', crv: 'X25519', x: zeros }),
  'only a certificate': () => named({ kty: 'RSA', x5c: ['AAAA'] }),
  'n absent': ({ key }) => ofKey(key('RS256'), { n: undefined }),
  'n a number': ({ key }) => ofKey(key('RS256'), { n: 65537 }),
  'n in standard base64': ({ key }) => ofKey(key('RS256'), { n: `+/${String(key('RS256').jwk['n']).slice(2)}` }),
  'n with padding': ({ key }) => ofKey(key('RS256'), { n: `${String(key('RS256').jwk['n'])}==` }),
  'n with a newline': ({ key }) => ofKey(key('RS256'), { n: `${String(key('RS256').jwk['n'])}\n` }),
  'n of an impossible length': ({ key }) =>
    ofKey(key('RS256'), { n: `${String(key('RS256').jwk['n'])}A`.slice(0, 341) }),
  'n with other last bits': ({ key }) => ofKey(key('RS256'), { n: `${String(key('RS256').jwk['n']).slice(0, -1)}B` }),
  'n of one letter': ({ key }) => ofKey(key('RS256'), { n: 'A' }),
  'e of one letter': ({ key }) => ofKey(key('RS256'), { e: 'A' }),
  'x with other last bits': ({ key }) =>
    ofKey(key('Ed25519'), { x: `${String(key('Ed25519').jwk['x']).slice(0, -1)}B` }),
  'e absent': ({ key }) => ofKey(key('RS256'), { e: undefined }),
  'e a number': ({ key }) => ofKey(key('RS256'), { e: 65537 }),
  'x absent': ({ key }) => ofKey(key('ES256'), { x: undefined }),
  'y absent': ({ key }) => ofKey(key('ES256'), { y: undefined }),
  'x an object': ({ key }) => ofKey(key('ES256'), { x: {} }),
};

/** Returns a token with the `kid` of a member, and an algorithm for which the set has another key. */
function ofMember(alg: TestKey['alg']) {
  return ({ key }: AttackKeys): string => signToken(key(alg), {}, { kid: 'member' });
}

async function amongOthers(context: AttackContext, member: unknown, token: string): Promise<unknown> {
  const good = [...keySetOf(context.keys.key('RS256'), context.keys.key('ES256')).keys];
  context.fakeIssuer.respondWith(() => Response.json({ keys: [member, ...good, member] }));
  const verifier = context.remoteVerifier({ jwksUri: `${issuer}/keys` });
  await verifier.verify(signToken(context.keys.key('ES256')));
  await verifier.verify(signToken(context.keys.key('RS256')));
  return verifier.verify(token);
}

const poisoned = Object.entries(members).map(
  ([name, make]): StepsRow => ({
    id: `member/${name.replaceAll(' ', '-')}`,
    how: `a key set with a member that is ${name}: the other keys work, and a token with its kid is refused`,
    code: 'ERR_KEY_NOT_FOUND',
    requests: 2,
    run: (context) => amongOthers(context, make(context.keys), ofMember('ES256')(context.keys)),
  }),
);

const oddNames = [1, true, ['x'], {}].map(
  (kid): StepsRow => ({
    id: `member/kid-${JSON.stringify(kid)}`,
    how: `a key set with a valid key whose kid is ${JSON.stringify(kid)}`,
    code: 'ERR_KEY_NOT_FOUND',
    requests: 2,
    run: (context) => {
      const { key } = context.keys;
      return amongOthers(context, { ...key('PS256').jwk, kid }, signToken(key('PS256'), {}, { kid: undefined }));
    },
  }),
);

const number = (value: bigint): string => {
  const hex = value.toString(16);
  return Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex').toString('base64url');
};

function modulusOf({ jwk }: TestKey): bigint {
  return BigInt(`0x${Buffer.from(String(jwk['n']), 'base64url').toString('hex')}`);
}

interface WeakKey {
  readonly jwk: Jwk;
  readonly token: string;
}

function ownPair(modulusLength: number, publicExponent = 65_537): (keys: AttackKeys) => WeakKey {
  return () => signedBy(generateKeyPairSync('rsa', { modulusLength, publicExponent }));
}

function signedBy({ publicKey, privateKey }: { publicKey: KeyObject; privateKey: KeyObject }): WeakKey {
  const key = { ...generateTestKey('ES256'), alg: 'RS256', kid: 'member' } as const;
  const token = signToken({ ...key, sign: (input) => signWith('RS256', privateKey, input) });
  return { jwk: named({ ...publicKey.export({ format: 'jwk' }), alg: 'RS256' }), token };
}

function rsaWith(members: (good: TestKey) => Members): (keys: AttackKeys) => WeakKey {
  return ({ key }) => {
    const good = key('RS256');
    return { jwk: ofKey(good, members(good)), token: signToken(good, {}, { kid: 'member' }) };
  };
}

function curveWith(alg: 'ES256' | 'ES384' | 'ES512' | 'Ed25519', change: (jwk: TestKey['jwk']) => Members) {
  return ({ key }: AttackKeys): WeakKey => ({
    jwk: ofKey(key(alg), change(key(alg).jwk)),
    token: signToken(key(alg), {}, { kid: 'member' }),
  });
}

const flip = (part: unknown): string =>
  `${String(part).slice(0, 4)}${String(part)[4] === 'A' ? 'B' : 'A'}${String(part).slice(5)}`;
const p256 = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn;

const noPoint = 'an Ed25519 key that is not a point';

const weak: Readonly<Record<string, (keys: AttackKeys) => WeakKey>> = {
  'RSA of 512 bits': ownPair(512),
  'RSA of 1024 bits': ownPair(1024),
  'RSA of 2040 bits': ownPair(2040),
  'RSA of 1024 bits behind zeros': () => {
    const { jwk, token } = ownPair(1024)({} as AttackKeys);
    return {
      jwk: {
        ...jwk,
        n: Buffer.concat([Buffer.alloc(128), Buffer.from(String(jwk['n']), 'base64url')]).toString('base64url'),
      },
      token,
    };
  },
  'RSA with an even modulus': rsaWith((good) => ({ n: number(modulusOf(good) - 1n) })),
  'RSA with the modulus 0': rsaWith(() => ({ n: 'A'.repeat(342) })),
  'RSA with the modulus 1': rsaWith(() => ({ n: 'AQ' })),
  'RSA with a modulus of 8200 bits': rsaWith(() => ({ n: number(2n ** 8199n + 1n) })),
  'RSA with a modulus of 16384 bits': rsaWith(() => ({ n: number(2n ** 16_383n + 1n) })),
  'RSA with a modulus of 32768 bits': rsaWith(() => ({ n: number(2n ** 32_767n + 1n) })),
  'RSA with an empty modulus': rsaWith(() => ({ n: '' })),
  'RSA with e = 0': rsaWith(() => ({ e: 'AA' })),
  'RSA with e = 1': rsaWith(() => ({ e: 'AQ' })),
  'RSA with e = 1 behind zeros': rsaWith(() => ({ e: 'AAAB' })),
  'RSA with e = 2': rsaWith(() => ({ e: 'Ag' })),
  'RSA with an even e': rsaWith(() => ({ e: number(65_536n) })),
  'RSA with e of 33 bits': rsaWith(() => ({ e: number(2n ** 32n + 1n) })),
  'RSA with e of 64 bits': rsaWith(() => ({ e: number(2n ** 63n + 1n) })),
  'RSA with e of 128 bits': rsaWith(() => ({ e: number(2n ** 127n + 1n) })),
  'RSA with e = n': rsaWith((good) => ({ e: String(good.jwk['n']) })),
  'RSA as ROCA makes it (CVE-2017-15361)': () => signedBy(rocaKey()),
  ...Object.fromEntries(
    (['ES256', 'ES384', 'ES512'] as const).flatMap((alg) => [
      [`a point off the curve of ${alg}, by x`, curveWith(alg, ({ x }) => ({ x: flip(x) }))],
      [`a point off the curve of ${alg}, by y`, curveWith(alg, ({ y }) => ({ y: flip(y) }))],
      [
        `the point at infinity for ${alg}`,
        curveWith(alg, ({ x, y }) => ({ x: 'A'.repeat(String(x).length), y: 'A'.repeat(String(y).length) })),
      ],
      [`a point of ${alg} with x twice`, curveWith(alg, ({ x }) => ({ y: x }))],
      [`a point of ${alg} with a short x`, curveWith(alg, ({ x }) => ({ x: String(x).slice(4) }))],
      [`a point of ${alg} with a long x`, curveWith(alg, ({ x }) => ({ x: `AAAA${String(x)}` }))],
    ]),
  ),
  'a coordinate that is the prime': curveWith('ES256', () => ({ x: number(p256), y: zeros })),
  'a point of P-256 as P-384': curveWith('ES256', () => ({ crv: 'P-384', alg: 'ES384' })),
  'a point of P-384 as P-256': curveWith('ES384', () => ({ crv: 'P-256', alg: 'ES256' })),
  'an Ed25519 key that is too short': curveWith('Ed25519', ({ x }) => ({ x: String(x).slice(4) })),
  'an Ed25519 key that is too long': curveWith('Ed25519', ({ x }) => ({ x: `${String(x)}AAAA` })),
  [noPoint]: curveWith('Ed25519', () => ({
    x: Buffer.alloc(32, 0).fill(2, 0, 1).toString('base64url'),
  })),
  ...Object.fromEntries(
    Object.entries(edwardsPoints).map(([name, point]) => [
      `an Ed25519 point of small order: ${name}`,
      (): WeakKey => ({
        jwk: named({ kty: 'OKP', crv: 'Ed25519', x: point.toString('base64url'), alg: 'EdDSA' }),
        token: forgedForSmallPoint(point),
      }),
    ]),
  ),
};

const notImportable = ['a point', 'the point', 'a coordinate that'];
const skippedPoints = ['with a short', 'with a long', ' as P-'];

function refusalOf(name: string): { readonly code: RefusalCode; readonly requests: number } {
  // Neither engine validates the point when it imports the key, only when it verifies a signature.
  if (name === noPoint) return { code: 'ERR_SIGNATURE_INVALID', requests: 1 };
  const isImported =
    notImportable.some((start) => name.startsWith(start)) && !skippedPoints.some((part) => name.includes(part));
  return { code: 'ERR_KEY_NOT_FOUND', requests: isImported ? 1 : 2 };
}

const weakKeys = Object.entries(weak).map(
  ([name, make]): StepsRow => ({
    id: name.replaceAll(/[ ,:=()]+/g, '-'),
    how: `the issuer publishes ${name}, and the token was signed with it`,
    ...refusalOf(name),
    run: (context) => {
      const { jwk, token } = make(context.keys);
      return amongOthers(context, jwk, token);
    },
  }),
);

/** Weak and malformed keys, which are skipped as if they were not published. */
export const keyAttacks: readonly Attack[] = [...attacks(29, [...poisoned, ...oddNames]), ...attacks(30, weakKeys)];
