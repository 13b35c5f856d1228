import { allAlgorithms } from '../../../src/crypto/algorithms.ts';
import { audience, issuer, signToken } from '../../support/sign-token.ts';
import { generateTestKey, keySetOf, type TestKey } from '../../support/test-key.ts';
import { type Attack, attacks, type StepsRow, type TokenRow } from '../attack.ts';
import type { AttackContext } from '../attack-context.ts';
import { shown, signed, signedText } from './tokens.ts';

const other = 'https://other.example';

/** Returns two issuers whose keys differ and have the same `kid`. */
function both({ keys }: AttackContext, alg: TestKey['alg']) {
  const { key, attackerKey } = keys;
  return [
    { issuer, audience, jwks: keySetOf(key(alg)) },
    { issuer: other, audience, jwks: keySetOf(attackerKey(alg)) },
  ];
}

const sameKid = allAlgorithms.flatMap((alg): StepsRow[] => [
  {
    id: `same-kid/${alg}/first-as-second`,
    how: `two issuers with ${alg} keys of the same kid; the first one signs with iss of the second`,
    code: 'ERR_SIGNATURE_INVALID',
    run: async (context) => {
      const verifier = context.verifier({ ...noSingle, issuers: both(context, alg) });
      await verifier.verify(signToken(context.keys.key(alg)));
      await verifier.verify(signToken(context.keys.attackerKey(alg), { iss: other }));
      return verifier.verify(signToken(context.keys.key(alg), { iss: other }));
    },
  },
  {
    id: `same-kid/${alg}/second-as-first`,
    how: `the same in the other order`,
    code: 'ERR_SIGNATURE_INVALID',
    run: async (context) => {
      const verifier = context.verifier({ ...noSingle, issuers: both(context, alg) });
      await verifier.verify(signToken(context.keys.attackerKey(alg), { iss: other }));
      await verifier.verify(signToken(context.keys.key(alg)));
      return verifier.verify(signToken(context.keys.attackerKey(alg)));
    },
  },
]);

const noSingle = { issuer: undefined, audience: undefined, jwks: undefined };

const separators = ['|', ':', '/', '#', '\u0000', '::', ' ', '@'];

const joined = separators.map(
  (separator): StepsRow => ({
    id: `separator/${shown(separator)}`,
    how: `two issuers whose identifier and kid are equal when joined with ${shown(separator)}`,
    code: 'ERR_KEY_NOT_FOUND',
    run: async (context) => {
      const mine = generateTestKey('ES256', `a${separator}key`);
      const theirs = generateTestKey('ES256', 'key');
      const name = 'https://x.example/';
      const verifier = context.verifier({
        ...noSingle,
        issuers: [
          { issuer: name, audience, jwks: keySetOf(mine) },
          { issuer: `${name}a`, audience, jwks: keySetOf(theirs) },
        ],
      });
      await verifier.verify(signToken(mine, { iss: name }));
      await verifier.verify(signToken(theirs, { iss: `${name}a` }));
      return verifier.verify(signToken(theirs, { iss: name }));
    },
  }),
);

const onlyThere: readonly StepsRow[] = [
  {
    id: 'other-kid/fetched',
    how: 'two issuers with fetched keys; the first one signs with iss of the second',
    code: 'ERR_KEY_NOT_FOUND',
    requests: 3,
    run: async (context) => {
      context.fakeIssuer.respondWith((url) =>
        Response.json(keySetOf(url.startsWith(other) ? context.keys.key('RS256') : context.keys.key('ES256'))),
      );
      const issuers = [issuer, other].map((name) => ({ issuer: name, audience, jwksUri: `${name}/keys` }));
      const verifier = context.remoteVerifier({ ...noSingle, issuers });
      await verifier.verify(signToken(context.keys.key('ES256')));
      await verifier.verify(signToken(context.keys.key('RS256'), { iss: other }));
      return verifier.verify(signToken(context.keys.key('ES256'), { iss: other }));
    },
  },
];

const names: readonly unknown[] = [
  ...[undefined, null, '', ' ', 0, true, [], [issuer], [issuer, other], { 0: issuer }, { toString: issuer }],
  ...[other, `${issuer}/`, `${issuer}//`, `${issuer}/.`, `${issuer}/%2e`, ` ${issuer}`, `${issuer} `, `${issuer}\n`],
  ...[
    `${issuer}\u0000`,
    issuer.toUpperCase(),
    'https://Issuer.example',
    'HTTPS://issuer.example',
    'http://issuer.example',
  ],
  ...[`${issuer}:443`, `${issuer}.`, `${issuer}?`, `${issuer}#`, `${issuer}/x`, `${issuer}.attacker.example`],
  ...['https://attacker.example', 'https://issuer.example@attacker.example', 'https://attacker.example/issuer.example'],
  ...[
    'https://issuer.exampl',
    'https://issuer.examplee',
    'ttps://issuer.example',
    '//issuer.example',
    'issuer.example',
  ],
  ...[
    'https://i\u0455suer.example',
    'https://issuer\u2024example',
    'https://xn--iuer-wpa.example',
    'https://issuer.example%2f',
  ],
  ...[
    '__proto__',
    'constructor',
    'toString',
    'file:///etc/passwd',
    'http://169.254.169.254',
    'data:,x',
    'javascript:0',
  ],
];

const untrusted = names.flatMap((iss): (TokenRow | StepsRow)[] => [
  {
    id: `one-issuer/${shown(iss)}`,
    how: `the only issuer's key signed, and iss is ${shown(iss)}`,
    code: 'ERR_ISSUER_UNKNOWN',
    token: signed({ iss }),
  },
  {
    id: `two-issuers/${shown(iss)}`,
    how: `the same with two trusted issuers and fetched keys: nothing is requested`,
    code: 'ERR_ISSUER_UNKNOWN',
    run: (context) => {
      const issuers = [issuer, 'https://third.example'].map((name) => ({ issuer: name, audience }));
      return context.remoteVerifier({ ...noSingle, issuers }).verify(signed({ iss })(context.keys));
    },
  },
  {
    id: `resolver/${shown(iss)}`,
    how: `the same with a resolver that compares with a list: nothing is requested`,
    code: 'ERR_ISSUER_UNKNOWN',
    run: (context) => {
      const issuers = (name: string) => (name === issuer ? { issuer, audience } : undefined);
      return context.remoteVerifier({ ...noSingle, issuers }).verify(signed({ iss })(context.keys));
    },
  },
]);

const escapes = [
  ...['/../uploads', '/%2e%2e/uploads', '/.%2E/uploads', '/..', '/./../uploads', '\\..\\uploads', '/..%2fuploads'],
  ...['/..;/uploads', '/a\n', '/\t../uploads', '/\u0000', `/${'x'.repeat(2048)}`],
].map(
  (path): StepsRow => ({
    id: `prefix/${shown(path).slice(0, 40)}`,
    how: `iss leaves a prefix that a resolver allows, by ${shown(path).slice(0, 40)}: nothing is requested`,
    code: 'ERR_ISSUER_UNKNOWN',
    run: (context) => {
      const realms = `${issuer}/realms`;
      const issuers = (name: string) => (name.startsWith(realms) ? { issuer: name, audience } : undefined);
      return context.remoteVerifier({ ...noSingle, issuers }).verify(signed({ iss: `${realms}${path}` })(context.keys));
    },
  }),
);

const written: readonly TokenRow[] = [
  ['named-twice-last-another', `"iss":"${issuer}","iss":"${other}"`],
  ['in-the-prototype', `"__proto__":{"iss":"${issuer}"}`],
  ['in-capitals', `"ISS":"${issuer}"`],
  ['under-issuer', `"issuer":"${issuer}"`],
].map(([name = '', members]) => ({
  id: `written/${name}`,
  how: `the claims are written as {${members}}`,
  code: 'ERR_ISSUER_UNKNOWN',
  token: signedText('{"alg":"ES256","kid":"ES256"}', `{${members},"aud":"${audience}","exp":4102444800}`),
}));

/** Results of a resolver that must be refused. */
const resolvers: readonly StepsRow[] = [
  ['another-issuer', () => ({ issuer: other, audience })],
  ['a-string', () => issuer],
  ['true', () => true],
  ['options-without-an-audience', () => ({ issuer })],
  ['an-algorithm-that-cannot-be', () => ({ issuer, audience, algorithms: ['none'] })],
].map(([name, answer]) => ({
  id: `resolver-answers/${String(name)}`,
  how: `the resolver returns ${String(name).replaceAll('-', ' ')}`,
  code: 'ERR_ISSUER_LOOKUP_FAILED',
  run: (context) => context.remoteVerifier({ ...noSingle, issuers: answer }).verify(signed()(context.keys)),
}));

/** Tokens of untrusted issuers, and of one trusted issuer in the name of another. */
export const issuerAttacks: readonly Attack[] = [
  ...attacks(11, [...sameKid, ...joined, ...onlyThere]),
  ...attacks(12, [...untrusted, ...escapes, ...written, ...resolvers]),
];
