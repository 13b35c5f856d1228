import { claimsWith, encode, signParts, signToken } from '../../support/sign-token.ts';
import { type Attack, attacks, type TokenRow } from '../attack.ts';
import { goodClaims, pairs, shown, signed, signedText } from './tokens.ts';

const criticals: readonly unknown[] = [
  ...[
    [],
    ['x'],
    ['b64'],
    ['b64', 'b64'],
    ['alg'],
    ['kid'],
    ['typ'],
    ['crit'],
    ['exp'],
    ['iat'],
    ['nbf'],
    ['iss'],
    [''],
  ],
  ...[['__proto__'], ['toString'], ['constructor'], ['hasOwnProperty'], [1], [null], [['b64']], [{}], ['jwk'], ['zip']],
  ...[['http://attacker.example/ext'], ['urn:example:ext'], ['X', 'x'], 'b64', 'x', '', 'exp', {}, { 0: 'b64' }],
  ...[null, true, false, 0, 1, ['a'.repeat(4000)], Array.from({ length: 200 }, (_, index) => `ext-${index}`)],
];

const withAndWithout = criticals.flatMap((crit, index): TokenRow[] => {
  const named = Array.isArray(crit) ? crit.filter((name) => typeof name === 'string' && name.length < 100) : [];
  const present = Object.fromEntries(named.map((name) => [name, name === 'alg' || name === 'kid' ? 'ES256' : true]));
  const { typ: _, crit: __, ...parameters } = present;
  return [
    {
      id: `value-${index}/${shown(crit)}`,
      how: `crit is ${shown(crit)}, signed by the issuer`,
      code: 'ERR_CRIT_UNSUPPORTED',
      token: signed({}, { crit }),
    },
    {
      id: `value-${index}/${shown(crit)}/with-parameters`,
      how: `the same, and the header contains the members that it names`,
      code: 'ERR_CRIT_UNSUPPORTED',
      token: signed({}, { ...parameters, crit }),
    },
  ];
});

const otherAlgorithms = pairs(['RS256', 'PS512', 'ES512', 'Ed25519'] as const, [['x'], [], 'exp']).map(
  ([alg, crit]): TokenRow => ({
    id: `${alg}/${shown(crit)}`,
    how: `crit is ${shown(crit)} in a token of ${alg}`,
    code: 'ERR_CRIT_UNSUPPORTED',
    token: ({ key }) => signToken(key(alg), {}, { crit }),
  }),
);

const written: readonly TokenRow[] = [
  ['named-twice-first', '{"crit":["x"],"alg":"ES256","kid":"ES256","crit":[]}'],
  ['named-twice-last', '{"crit":[],"alg":"ES256","kid":"ES256","crit":["x"]}'],
  ['escaped', '{"\\u0063rit":["x"],"alg":"ES256","kid":"ES256"}'],
  ['undefined-in-effect', '{"crit":null,"alg":"ES256","kid":"ES256"}'],
].map(([name = '', header = '']) => ({
  id: `written/${name}`,
  how: `the header is written as ${header}`,
  code: 'ERR_CRIT_UNSUPPORTED',
  token: signedText(header),
}));

const badSignature: TokenRow = {
  id: 'before-the-signature',
  how: 'crit in a token with a bad signature: the signature is not verified',
  code: 'ERR_CRIT_UNSUPPORTED',
  token: ({ attackerKey }) => signToken(attackerKey('ES256'), {}, { crit: ['x'] }),
};

const unencodedHeaders: readonly Readonly<Record<string, unknown>>[] = [
  ...[false, true, 'false', 'true', null, 0, 1, [], {}].map((b64) => ({ b64 })),
  ...[false, true].flatMap((b64) => [
    { b64, crit: ['b64'] },
    { b64, crit: [] },
    { b64, crit: ['b64', 'x'] },
  ]),
  { crit: ['b64'] },
];

const unencoded = unencodedHeaders.map(
  (parameters): TokenRow => ({
    id: `encoded/${shown(parameters)}`,
    how: `the header contains ${shown(parameters)}; the claims are encoded nevertheless`,
    code: 'ERR_CRIT_UNSUPPORTED',
    token: signed({}, parameters),
  }),
);

const rawHeader = encode(JSON.stringify({ alg: 'ES256', kid: 'ES256', b64: false, crit: ['b64'] }));

const raw: readonly TokenRow[] = [
  {
    id: 'raw/json',
    how: 'the claims are not encoded, as with b64: false',
    code: 'ERR_TOKEN_MALFORMED',
    token: ({ key }) => signParts(key('ES256'), rawHeader, goodClaims.replaceAll('.', '%2e')),
  },
  {
    id: 'raw/looks-encoded',
    how: 'raw claims that happen to be base64url: one parser reads text, another one claims',
    code: 'ERR_CRIT_UNSUPPORTED',
    token: ({ key }) => signParts(key('ES256'), rawHeader, encode(JSON.stringify(claimsWith()))),
  },
  {
    id: 'detached',
    how: 'nothing between the dots, as with a detached payload',
    code: 'ERR_TOKEN_MALFORMED',
    token: ({ key }) => signParts(key('ES256'), rawHeader, ''),
  },
  {
    id: 'detached/without-b64',
    how: 'nothing between the dots, and an ordinary header',
    code: 'ERR_TOKEN_MALFORMED',
    token: ({ key }) => signParts(key('ES256'), encode('{"alg":"ES256","kid":"ES256"}'), ''),
  },
];

/** Critical extensions, none of which is supported. */
export const extensionAttacks: readonly Attack[] = [
  ...attacks(15, [...withAndWithout, ...otherAlgorithms, ...written, badSignature]),
  ...attacks(16, [...unencoded, ...raw]),
];
