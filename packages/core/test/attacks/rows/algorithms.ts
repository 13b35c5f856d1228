import { type Algorithm, algorithms, allAlgorithms } from '../../../src/crypto/algorithms.ts';
import { signText, signToken } from '../../support/sign-token.ts';
import { keySetOf, signWith } from '../../support/test-key.ts';
import { type Attack, attacks, type TokenRow } from '../attack.ts';
import type { AttackKeys } from '../attack-keys.ts';
import { goodClaims, pairs, shown, signed, signedText, withSignature } from './tokens.ts';

const spellings: readonly unknown[] = [
  ...[
    'none',
    'None',
    'NONE',
    'nOnE',
    'none ',
    ' none',
    'none\u0000',
    'n\u043ene',
    'no\u00adne',
    'none\n',
    'non',
    'null',
  ],
  ...['', 'undefined', 'false', '*', null, [], {}, ['none'], ['ES256'], { alg: 'ES256' }, true, false, 0, undefined],
];

const unsigned = spellings.flatMap((alg): TokenRow[] => [
  {
    id: `empty-signature/${shown(alg)}`,
    how: `alg is ${shown(alg)}, the signature empty`,
    code: /^none$/i.test(String(alg)) && typeof alg === 'string' ? 'ERR_ALG_NOT_ALLOWED' : 'ERR_TOKEN_MALFORMED',
    token: () => withSignature({ alg, typ: 'at+jwt' }, ''),
  },
  {
    id: `signature-of-one-byte/${shown(alg)}`,
    how: `alg is ${shown(alg)}, the signature one zero byte`,
    code: 'ERR_ALG_NOT_ALLOWED',
    token: () => withSignature({ alg, kid: 'ES256' }, 'AA'),
  },
  {
    id: `real-signature/${shown(alg)}`,
    how: `alg is ${shown(alg)}, signed with the issuer's key`,
    code: 'ERR_ALG_NOT_ALLOWED',
    token: signed({}, { alg }),
  },
]);

const repeated: readonly TokenRow[] = [
  ['{"alg":"ES256","alg":"none","kid":"ES256"}', 'named twice, last none'],
  ['{"alg":"ES256","kid":"ES256","\\u0061lg":"none"}', 'named twice, the last time escaped'],
  ['{"ALG":"ES256","kid":"ES256"}', 'in capitals only'],
  ['{"__proto__":{"alg":"ES256"},"kid":"ES256"}', 'in the prototype only'],
  ['{"constructor":{"prototype":{"alg":"ES256"}},"kid":"ES256"}', 'in a constructor only'],
].map(([header = '', what]) => ({
  id: `alg-${what?.replaceAll(/[ ,]+/g, '-')}`,
  how: `alg is ${what}, signed by the issuer`,
  code: 'ERR_ALG_NOT_ALLOWED',
  token: signedText(header),
}));

const otherNames: readonly TokenRow[] = allAlgorithms
  .flatMap((alg) => [alg.toLowerCase(), ` ${alg}`, `${alg}\u0000`, `${alg},none`])
  .concat([
    'HS256',
    'RS1',
    'ES256K',
    'Ed448',
    'RSA-OAEP',
    'dir',
    'A128KW',
    'ML-DSA-44',
    'constructor',
    'toString',
    '__proto__',
  ])
  .map((alg) => ({
    id: `other-name/${shown(alg)}`,
    how: `alg is ${shown(alg)}, with a valid signature of the issuer`,
    code: 'ERR_ALG_NOT_ALLOWED',
    token: signed({}, { alg }),
  }));

const anotherAlgorithm = pairs(allAlgorithms, allAlgorithms)
  .filter(([bound, named]) => bound !== named)
  .map(
    ([bound, named]): TokenRow => ({
      id: `key-of-${bound}-as-${named}`,
      how: `the key ${bound} signed a token whose header says ${named}`,
      code: 'ERR_ALG_NOT_ALLOWED',
      token: ({ key }) => signToken(key(bound), {}, { alg: named }),
    }),
  );

const rsa = allAlgorithms.filter((alg) => algorithms[alg].kty === 'RSA');

/** Signs with the algorithm of the header and the private key of another algorithm of the same key type. */
function signedAs(named: Algorithm, kid: string | undefined) {
  return ({ key }: AttackKeys): string => {
    const { privateKey } = key('RS256');
    const signer = { ...key('RS256'), sign: (input: string) => signWith(named, privateKey, input) };
    return signText(signer, JSON.stringify({ alg: named, kid, typ: 'at+jwt' }), goodClaims);
  };
}

const boundKeys = pairs(rsa, rsa)
  .filter(([bound, named]) => bound !== named)
  .flatMap(([bound, named]): TokenRow[] => [
    {
      id: `key-bound-to-${bound}-allow-list-${named}`,
      how: `the key is published for ${bound}; its owner signed with ${named}, the only accepted algorithm`,
      code: 'ERR_ALG_NOT_ALLOWED',
      options: ({ key }) => ({ jwks: keySetOf(key(bound)), algorithms: [named] }),
      token: signedAs(named, bound),
    },
    {
      id: `key-bound-to-${bound}-allow-list-${named}-without-kid`,
      how: `the same, and the token has no kid`,
      code: 'ERR_KEY_NOT_FOUND',
      options: ({ key }) => ({ jwks: keySetOf(key(bound)), algorithms: [named] }),
      token: signedAs(named, undefined),
    },
  ]);

const notListed = allAlgorithms.map(
  (alg): TokenRow => ({
    id: `good-${alg}-that-is-not-on-the-list`,
    how: `a valid ${alg} token, and every other algorithm is accepted`,
    code: 'ERR_ALG_NOT_ALLOWED',
    options: { algorithms: allAlgorithms.filter((other) => other !== alg) },
    token: ({ key }) => signToken(key(alg)),
  }),
);

function unbound({ key }: AttackKeys) {
  const { alg: _, ...jwk } = key('RS256').jwk;
  return { keys: [{ ...jwk, kid: 'unbound' } as typeof jwk & { kty: string }] };
}

const listed: readonly Algorithm[] = ['RS256', 'PS256', 'RS512', 'PS384'];

const unboundKeys = [
  ...rsa.filter((alg) => alg !== 'RS256').map((alg) => [alg, undefined] as const),
  ...rsa.filter((alg) => alg !== 'PS384').map((alg) => [alg, ['PS384']] as const),
  ...rsa.filter((alg) => !listed.includes(alg)).map((alg) => [alg, listed] as const),
].flatMap(([alg, list]): TokenRow[] => {
  const accepted = list === undefined ? {} : { algorithms: list };
  const isListed = list === undefined || (list as readonly string[]).includes(alg);
  const where = `while ${list === undefined ? 'every algorithm' : list.join(', ')} is accepted`;
  return [
    {
      id: `unbound-key-as-${alg}-of-${list?.length ?? 'all'}`,
      how: `an RSA key without alg, used with ${alg} ${where}`,
      code: 'ERR_ALG_NOT_ALLOWED',
      options: (keys) => ({ jwks: unbound(keys), ...accepted }),
      token: signedAs(alg, 'unbound'),
    },
    {
      id: `unbound-key-as-${alg}-of-${list?.length ?? 'all'}-without-kid`,
      how: `the same, and the token has no kid`,
      code: isListed ? 'ERR_KEY_NOT_FOUND' : 'ERR_ALG_NOT_ALLOWED',
      options: (keys) => ({ jwks: unbound(keys), ...accepted }),
      token: signedAs(alg, undefined),
    },
  ];
});

/** The token never chooses the algorithm of its signature. */
export const algorithmAttacks: readonly Attack[] = [
  ...attacks(1, [...unsigned, ...repeated, ...otherNames]),
  ...attacks(4, [...boundKeys, ...notListed]),
  ...attacks(5, [...anotherAlgorithm, ...unboundKeys]),
];
