import { audience, now } from '../../support/sign-token.ts';
import { type Attack, attacks, type RefusalCode, type StepsRow, type TokenRow } from '../attack.ts';
import { goodClaims, goodHeader, pairs, shown, signed, signedText } from './tokens.ts';

const notNumbers: readonly unknown[] = [
  ...[`${now + 60}`, '123', '', ' ', '1e10', 'never', '2049-12-31T23:59:59Z', 'Infinity', 'NaN', true, false],
  ...[[], [now + 60], {}, { valueOf: now + 60 }, { $numberLong: '4102444800' }],
];

const dates = pairs(['exp', 'nbf', 'iat'] as const, notNumbers).map(
  ([name, value]): TokenRow => ({
    id: `${name}/${shown(value)}`,
    how: `${name} is ${shown(value)}, signed by the issuer`,
    code: 'ERR_CLAIM_INVALID',
    token: signed({ [name]: value }),
  }),
);

const infinite = pairs(['exp', 'nbf', 'iat'] as const, ['1e999', '-1e999', '1e400', '9'.repeat(400)]).map(
  ([name, number]): TokenRow => ({
    id: `${name}/written/${number.slice(0, 8)}`,
    how: `${name} is written as ${number.slice(0, 8)}, which is larger than any number`,
    code: 'ERR_CLAIM_INVALID',
    token: signedText(
      goodHeader,
      `${goodClaims.replaceAll(/"(exp|iat)":\d+/g, (all, found) => (found === name ? '"x":1' : all)).slice(0, -1)},"${name}":${number}}`,
    ),
  }),
);

const expired = [0, -1, -1e300, 1, now - 6, now - 5, 1e-300, Number.MIN_SAFE_INTEGER].map(
  (exp): TokenRow => ({
    id: `exp/past/${exp - now > -10 ? `now${exp - now}` : exp}`,
    how: `exp is ${exp}`,
    code: 'ERR_TOKEN_EXPIRED',
    token: signed({ exp }),
  }),
);

const early = [now + 6, now + 3600, 1e300, Number.MAX_VALUE].map(
  (nbf): TokenRow => ({
    id: `nbf/future/${nbf - now < 10_000 ? `now+${nbf - now}` : nbf}`,
    how: `nbf is ${nbf}`,
    code: 'ERR_TOKEN_NOT_YET_VALID',
    token: signed({ nbf }),
  }),
);

const ages: readonly TokenRow[] = [
  ['no-iat', { iat: undefined }, 'ERR_CLAIM_MISSING'],
  ['iat-null', { iat: null }, 'ERR_CLAIM_MISSING'],
  ['iat-in-the-future', { iat: now + 6 }, 'ERR_TOKEN_NOT_YET_VALID'],
  ['iat-of-long-ago', { iat: now - 606 }, 'ERR_TOKEN_TOO_OLD'],
  ['iat-at-the-epoch', { iat: 0 }, 'ERR_TOKEN_TOO_OLD'],
  ['iat-before-the-epoch', { iat: -1e300 }, 'ERR_TOKEN_TOO_OLD'],
  ['iat-a-string', { iat: `${now}` }, 'ERR_CLAIM_INVALID'],
].map(([name, claims, code]) => ({
  id: `age/${String(name)}`,
  how: `maxTokenAge is 600, and the token has ${String(name).replaceAll('-', ' ')}`,
  code: code as RefusalCode,
  options: { maxTokenAge: 600 },
  token: signed(claims as Readonly<Record<string, unknown>>),
}));

const texts = pairs(['sub', 'jti', 'client_id', 'cid', 'azp', 'appid'] as const, [
  5,
  0,
  true,
  [],
  ['x'],
  [null],
  {},
]).map(
  ([name, value]): TokenRow => ({
    id: `${name}/${shown(value)}`,
    how: `${name} is ${shown(value)}, signed by the issuer`,
    code: 'ERR_CLAIM_INVALID',
    token: signed({ [name]: value }),
  }),
);

const wholes = ['[]', 'null', '0', '1', 'true', 'false', '"x"', '""', `[${goodClaims}]`, JSON.stringify(goodClaims)];

const wholeParts = wholes.flatMap((json): TokenRow[] => [
  {
    id: `claims/${shown(json)}`,
    how: `the claims set is ${shown(json)}, signed by the issuer`,
    code: 'ERR_TOKEN_MALFORMED',
    token: signedText(goodHeader, json),
  },
  {
    id: `header/${shown(json)}`,
    how: `the header is ${shown(json)}, signed by the issuer`,
    code: 'ERR_TOKEN_MALFORMED',
    token: signedText(json),
  },
]);

const nulls: readonly TokenRow[] = [
  ['exp', 'ERR_CLAIM_MISSING'],
  ['aud', 'ERR_CLAIM_MISSING'],
  ['iss', 'ERR_ISSUER_UNKNOWN'],
].map(([name = '', code]) => ({
  id: `${name}/null`,
  how: `${name} is null, signed by the issuer`,
  code: code as RefusalCode,
  token: signed({ [name]: null }),
}));

const missing: readonly TokenRow[] = [
  ['exp', {}],
  ['exp', { requiredClaims: ['tenant'] }],
  ['tenant', { requiredClaims: ['tenant'] }],
  ['__proto__', { requiredClaims: ['__proto__'] }],
  ['constructor', { requiredClaims: ['constructor'] }],
  ['toString', { requiredClaims: ['toString'] }],
  ['hasOwnProperty', { requiredClaims: ['hasOwnProperty'] }],
].map(([name, options], index) => ({
  id: `missing/${index}/${String(name)}`,
  how: `the claim ${String(name)} is required and absent`,
  code: 'ERR_CLAIM_MISSING',
  options: options as TokenRow['options'] & object,
  token: name === 'exp' && index === 0 ? signed({ exp: undefined }) : signed({}),
}));

const notAudiences: readonly (readonly [unknown, RefusalCode])[] = [
  ...[undefined, [], '', [''], ' ', [null]].map(
    (aud) => [aud, aud === undefined ? 'ERR_CLAIM_MISSING' : 'ERR_AUDIENCE_MISMATCH'] as const,
  ),
  ...[
    0,
    true,
    {},
    { 0: audience },
    [[audience]],
    [audience, null, 5],
    [[null, audience]],
    [audience, 5],
    [{}],
    { toString: audience },
  ].map((aud) => [aud, 'ERR_CLAIM_INVALID'] as const),
  ...[
    ...[
      `${audience}/`,
      `${audience} `,
      ` ${audience}`,
      audience.toUpperCase(),
      audience.slice(0, -1),
      audience.slice(1),
    ],
    ...[
      `${audience}.attacker.example`,
      `x,${audience}`,
      `${audience},x`,
      `x ${audience}`,
      `${audience}\u0000`,
      `${audience}\n`,
    ],
    ...[
      'api://d\u0435fault',
      'api%3A%2F%2Fdefault',
      '*',
      'api://*',
      '.*',
      '__proto__',
      'constructor',
      'api:',
      'a',
      'https://api.example',
    ],
  ].flatMap((aud) => [[aud, 'ERR_AUDIENCE_MISMATCH'] as const, [[aud, 'x'], 'ERR_AUDIENCE_MISMATCH'] as const]),
];

const audiences = notAudiences.map(
  ([aud, code], index): TokenRow => ({
    id: `aud/${index}/${shown(aud)}`,
    how: `aud is ${shown(aud)}, signed by the issuer`,
    code,
    token: signed({ aud }),
  }),
);

const severalAccepted: readonly TokenRow[] = [
  ['none-of-them', 'api://c'],
  ['all-of-them-in-one', 'api://a,api://b'],
  ['with-a-space', 'api://a api://b'],
  ['what-they-begin-with', 'api://'],
].map(([name = '', aud]) => ({
  id: `aud/two-accepted/${name}`,
  how: `two audiences are accepted, and aud is ${shown(aud)}`,
  code: 'ERR_AUDIENCE_MISMATCH',
  options: { audience: ['api://a', 'api://b'] },
  token: signed({ aud }),
}));

const clients: readonly TokenRow[] = [
  ['another', { client_id: 'other' }, 'ERR_CLAIM_INVALID'],
  ['a-longer-name', { client_id: 'client2' }, 'ERR_CLAIM_INVALID'],
  ['a-shorter-name', { client_id: 'clien' }, 'ERR_CLAIM_INVALID'],
  ['in-other-case', { client_id: 'Client' }, 'ERR_CLAIM_INVALID'],
  ['no-client', { client_id: undefined }, 'ERR_CLAIM_MISSING'],
  ['the-accepted-one-in-second-place', { client_id: 'other', azp: 'client' }, 'ERR_CLAIM_INVALID'],
  ['the-accepted-one-as-subject', { client_id: undefined, sub: 'client' }, 'ERR_CLAIM_MISSING'],
].map(([name, claims, code]) => ({
  id: `client/${String(name)}`,
  how: `one client is accepted, and the token has ${String(name).replaceAll('-', ' ')}`,
  code: code as RefusalCode,
  options: { clientIds: ['client'] },
  token: signed(claims as Readonly<Record<string, unknown>>),
}));

const options = [undefined, '', [], [''], [null], ['x', 5], {}, true, false, 0, () => true, /api/].map(
  (value): StepsRow => ({
    id: `option/${typeof value === 'function' ? 'function' : value instanceof RegExp ? 'pattern' : shown(value)}`,
    how: 'a verifier is created with an audience that cannot be compared',
    code: 'ERR_CONFIG_INVALID',
    run: (context) => context.verifier({ audience: value }),
  }),
);

/** Claims with a wrong type or value. */
export const claimAttacks: readonly Attack[] = [
  ...attacks(19, [...dates, ...infinite, ...expired, ...early, ...ages, ...texts, ...wholeParts, ...nulls, ...missing]),
  ...attacks(20, [...audiences, ...severalAccepted, ...clients, ...options]),
];
