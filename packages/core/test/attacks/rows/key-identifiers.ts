import { type Algorithm, allAlgorithms } from '../../../src/crypto/algorithms.ts';
import { encode, signToken } from '../../support/sign-token.ts';
import { keySetOf } from '../../support/test-key.ts';
import { type Attack, attacks, type StepsRow, type TokenRow } from '../attack.ts';
import { shown, signed, signedText, withSignature } from './tokens.ts';

const injections: readonly string[] = [
  ...[
    '../../../../dev/null',
    '..\\..\\windows\\win.ini',
    '/proc/self/environ',
    'file:///etc/passwd',
    './ES256',
    'ES256/../ES256',
  ],
  ...[
    "' OR 1=1--",
    "x' UNION SELECT 'key",
    '"; DROP TABLE keys; --',
    '$(id)',
    '`id`',
    '| id',
    '; id',
    '%00',
    '%2e%2e%2f',
  ],
  ...[
    '__proto__',
    'constructor',
    'prototype',
    'toString',
    'hasOwnProperty',
    'valueOf',
    'undefined',
    'null',
    '*',
    '',
    ' ',
  ],
  ...[
    'https://attacker.example/key',
    '//attacker.example/key',
    '@attacker.example',
    '?kid=ES256',
    '#ES256',
    'ES256#',
    'ES256?x',
  ],
  ...[
    'ES256\u0000',
    '\u0000',
    'ES256\r\nX-Injected: 1',
    '\u2028',
    '\ud83d\ude00',
    '\uFEFFES256',
    '$' + '{jndi:ldap://x}',
    '{{7*7}}',
  ],
  ...['<script>alert(1)</script>', 'x'.repeat(8000), '../'.repeat(2000)],
];

const loaded = injections.map(
  (kid): TokenRow => ({
    id: `string/${shown(kid)}`,
    how: `the issuer signed, and kid is ${shown(kid)}`,
    code: 'ERR_KEY_NOT_FOUND',
    token: signed({}, { kid }),
  }),
);

const fetched = injections.map(
  (kid): StepsRow => ({
    id: `fetching/${shown(kid)}`,
    how: `the same with fetched keys: one more fetch, of the same URL`,
    code: 'ERR_KEY_NOT_FOUND',
    requests: 2,
    run: async (context) => {
      const verifier = context.remoteVerifier({ jwksUri: 'https://issuer.example/keys' });
      const token = signed({}, { kid })(context.keys);
      await verifier.verify(signed()(context.keys));
      const code = await context.codeOf(verifier.verify(token));
      if (context.fakeIssuer.requests.some((url) => url !== 'https://issuer.example/keys'))
        throw new Error(`requested ${context.fakeIssuer.requests}`);
      if (code !== 'ERR_KEY_NOT_FOUND') throw new Error(code);
      return context.verifier().verify(token);
    },
  }),
);

const notStrings = [1, 0, true, false, [], ['ES256'], {}, { toString: 'ES256' }, 1e300].map(
  (kid): TokenRow => ({
    id: `no-string/${shown(kid)}`,
    how: `the issuer signed, and kid is ${shown(kid)}`,
    code: 'ERR_TOKEN_MALFORMED',
    token: signed({}, { kid }),
  }),
);

const written: readonly TokenRow[] = [
  ['half-a-surrogate-pair', '"\\ud83d"', 'ERR_KEY_NOT_FOUND'],
  ['infinite-number', '1e999', 'ERR_TOKEN_MALFORMED'],
  ['named-twice-last-unknown', '"ES256","kid":"x"', 'ERR_KEY_NOT_FOUND'],
  ['named-twice-last-a-number', '"ES256","kid":1', 'ERR_TOKEN_MALFORMED'],
  ['deeply-nested', `${'['.repeat(4000)}${']'.repeat(4000)}`, 'ERR_TOKEN_MALFORMED'],
].map(([name = '', kid = '', code]) => ({
  id: `written/${name}`,
  how: `the issuer signed, and kid is written as ${kid.slice(0, 24)}`,
  code: code as TokenRow['code'],
  token: signedText(`{"alg":"ES256","kid":${kid}}`),
}));

const oversized: TokenRow = {
  id: 'string/of-a-megabyte',
  how: 'kid is a megabyte of text',
  code: 'ERR_TOKEN_TOO_LARGE',
  token: () => withSignature({ alg: 'ES256', kid: 'x'.repeat(1_048_576) }, 'AA'),
};

const near: Readonly<Record<string, (alg: Algorithm) => string>> = {
  unknown: () => 'unknown',
  'in-other-case': (alg) => alg.toLowerCase(),
  'a-prefix': (alg) => alg.slice(0, -1),
  'with-a-space': (alg) => `${alg} `,
  'in-base64url': (alg) => encode(alg),
};

const unknown = allAlgorithms.flatMap((alg) =>
  Object.entries(near).map(
    ([name, kidOf]): TokenRow => ({
      id: `${alg}/${name}`,
      how: `signed with the only key, whose kid is ${alg}; the header has ${name.replaceAll('-', ' ')}`,
      code: 'ERR_KEY_NOT_FOUND',
      options: ({ key }) => ({ jwks: keySetOf(key(alg)) }),
      token: ({ key }) => signToken(key(alg), {}, { kid: kidOf(alg) }),
    }),
  ),
);

const published: readonly TokenRow[] = [
  {
    id: 'named/the-key-has-no-kid',
    how: 'signed with the only key, which has no kid; the header has one',
    code: 'ERR_KEY_NOT_FOUND',
    options: ({ key }) => {
      const { kid: _, ...jwk } = key('ES256').jwk;
      return { jwks: { keys: [jwk as { kty: string }] } };
    },
    token: signed(),
  },
  {
    id: 'unnamed/two-keys-fit',
    how: 'the header has no kid, and two keys of the issuer fit',
    code: 'ERR_KEY_AMBIGUOUS',
    options: ({ key, attackerKey }) => ({ jwks: keySetOf(key('ES256'), attackerKey('ES256')) }),
    token: signed({}, { kid: undefined }),
  },
  {
    id: 'unnamed/two-keys-fit-and-kid-is-null',
    how: 'kid is null in the header, and two keys of the issuer fit',
    code: 'ERR_KEY_AMBIGUOUS',
    options: ({ key, attackerKey }) => ({ jwks: keySetOf(key('ES256'), attackerKey('ES256')) }),
    token: signed({}, { kid: null }),
  },
  {
    id: 'thumbprint/another-key',
    how: 'the header has no kid, and x5t of another key than the one that signed',
    code: 'ERR_SIGNATURE_INVALID',
    options: ({ key, attackerKey }) => ({
      jwks: {
        keys: [
          { ...key('ES256').jwk, x5t: 'mine' },
          { ...attackerKey('ES256').jwk, x5t: 'other' },
        ],
      },
    }),
    token: signed({}, { kid: undefined, x5t: 'other' }),
  },
  {
    id: 'thumbprint/unknown',
    how: 'the header has no kid, and an x5t that no key has',
    code: 'ERR_KEY_NOT_FOUND',
    options: ({ key }) => ({ jwks: { keys: [{ ...key('ES256').jwk, x5t: 'mine' }] } }),
    token: signed({}, { kid: undefined, x5t: 'other' }),
  },
  {
    id: 'thumbprint/of-another-algorithm',
    how: 'the header has no kid, and the x5t of a key for another algorithm',
    code: 'ERR_KEY_NOT_FOUND',
    options: ({ key }) => ({
      jwks: {
        keys: [
          { ...key('RS256').jwk, x5t: 'mine' },
          { ...key('ES256').jwk, x5t: 'x' },
        ],
      },
    }),
    token: signed({}, { kid: undefined, x5t: 'mine' }),
  },
  {
    id: 'named/two-keys-of-one-name',
    advisory: 'RFC 7517, section 4.5',
    how: 'the issuer publishes two keys with the same kid and algorithm',
    code: 'ERR_KEY_AMBIGUOUS',
    options: ({ key, attackerKey }) => ({ jwks: keySetOf(attackerKey('ES256'), key('ES256')) }),
    token: signed(),
  },
];

const flood: readonly StepsRow[] = [
  {
    id: 'a-thousand-unknown-identifiers',
    how: '1,000 valid signatures, each with another kid, and a valid token after each tenth',
    // Two of them caused a fetch; the issuer was not asked about the others.
    code: 'ERR_KEY_SET_UNAVAILABLE',
    requests: 3,
    run: async (context) => {
      const verifier = context.remoteVerifier({ jwksUri: 'https://issuer.example/keys' });
      const good = signToken(context.keys.key('ES256'));
      await verifier.verify(good);
      for (let index = 0; index < 1000; index += 1) {
        const refused = context.codeOf(verifier.verify(withSignature({ alg: 'ES256', kid: `kid-${index}` }, 'AAAA')));
        if (index % 10 === 0) await verifier.verify(good);
        await refused;
      }
      return verifier.verify(withSignature({ alg: 'ES256', kid: 'the-last' }, 'AAAA'));
    },
  },
  ...allAlgorithms.map(
    (alg): StepsRow => ({
      id: `bad-signatures/${alg}`,
      how: `50 bad signatures with the kid of a known ${alg} key: they cause no fetch`,
      code: 'ERR_SIGNATURE_INVALID',
      requests: 1,
      run: async (context) => {
        const verifier = context.remoteVerifier({ jwksUri: 'https://issuer.example/keys' });
        const token = signToken(context.keys.attackerKey(alg));
        for (let index = 0; index < 50; index += 1) await context.codeOf(verifier.verify(token));
        return verifier.verify(token);
      },
    }),
  ),
];

/** Key identifiers of every kind; they may only select one of the issuer's keys. */
export const keyIdentifierAttacks: readonly Attack[] = [
  ...attacks(8, [...loaded, ...fetched, ...notStrings, ...written, oversized]),
  ...attacks(9, [...unknown, ...published]),
  ...attacks(10, flood),
];
