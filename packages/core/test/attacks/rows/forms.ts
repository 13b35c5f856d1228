import { CompactEncrypt, EncryptJWT } from 'jose';
import { claimsWith, encode, signToken } from '../../support/sign-token.ts';
import { type Attack, attacks, type TokenRow } from '../attack.ts';
import type { AttackKeys } from '../attack-keys.ts';
import { goodClaims, goodHeader, signed, signedText, withSignature } from './tokens.ts';

const text = new TextEncoder();
const contentKey = new Uint8Array(32).fill(7);

async function encrypted(
  claims: string,
  header: Record<string, unknown>,
  key: Parameters<CompactEncrypt['encrypt']>[0],
) {
  const protectedHeader = { alg: 'dir', enc: 'A256GCM', ...header };
  return new CompactEncrypt(text.encode(claims)).setProtectedHeader(protectedHeader).encrypt(key);
}

const unsigned = `${encode('{"alg":"none"}')}.${encode(goodClaims)}.`;

const encryptedTokens: Readonly<Record<string, (keys: AttackKeys) => string | Promise<string>>> = {
  'RSA-OAEP, to the public key of the issuer': ({ key }) =>
    encrypted(goodClaims, { alg: 'RSA-OAEP-256' }, key('RS256').publicKey),
  'ECDH-ES, to the public key of the issuer': ({ key }) =>
    encrypted(goodClaims, { alg: 'ECDH-ES' }, key('ES256').publicKey),
  'ECDH-ES and key wrap': ({ key }) => encrypted(goodClaims, { alg: 'ECDH-ES+A256KW' }, key('ES256').publicKey),
  'a direct key': () => encrypted(goodClaims, {}, contentKey),
  'a wrapped key': () => encrypted(goodClaims, { alg: 'A256KW' }, contentKey),
  'with an unsigned token inside': ({ key }) =>
    encrypted(unsigned, { alg: 'RSA-OAEP', cty: 'JWT' }, key('RS256').publicKey),
  'with a valid token inside': ({ key }) =>
    encrypted(signToken(key('ES256')), { alg: 'RSA-OAEP', cty: 'JWT' }, key('RS256').publicKey),
  'as jose encrypts it': ({ key }) =>
    new EncryptJWT(claimsWith())
      .setProtectedHeader({ alg: 'RSA-OAEP', enc: 'A256GCM' })
      .encrypt(key('RS256').publicKey),
  'a password and 10 million iterations': () =>
    `${encode('{"alg":"PBES2-HS512+A256KW","enc":"A256GCM","p2c":10000000,"p2s":"AAAAAAAAAAAAAAAA"}')}.AAAA.AAAA.AAAA.AAAA`,
  'a password and too many iterations to count': () =>
    `${encode('{"alg":"PBES2-HS256+A128KW","enc":"A128GCM","p2c":1e308,"p2s":"AA"}')}.AAAA.AAAA.AAAA.AAAA`,
  compressed: () =>
    `${encode('{"alg":"dir","enc":"A256GCM","zip":"DEF"}')}..${'A'.repeat(16)}.${'A'.repeat(9000)}.AAAA`,
  'five parts of one letter': () => 'e.e.e.e.e',
  'five empty parts': () => '....',
};

const encryptedRows = Object.entries(encryptedTokens).map(
  ([name, token]): TokenRow => ({
    id: `five-parts/${name.replaceAll(/[ ,]+/g, '-')}`,
    how: `an encrypted token: ${name}`,
    code: 'ERR_TOKEN_MALFORMED',
    token,
  }),
);

const disguised = ['RSA-OAEP', 'RSA-OAEP-256', 'RSA1_5', 'ECDH-ES', 'dir', 'A256KW', 'PBES2-HS256+A128KW'].map(
  (alg): TokenRow => ({
    id: `three-parts/${alg}`,
    how: `the header of an encrypted token with ${alg} over claims that the issuer signed`,
    code: 'ERR_ALG_NOT_ALLOWED',
    token: signed({}, { alg, enc: 'A256GCM' }),
  }),
);

const nested: readonly TokenRow[] = [
  {
    id: 'nested/signed-in-signed',
    how: 'a token signed by the issuer as the content of another one (cty: JWT)',
    code: 'ERR_TOKEN_MALFORMED',
    token: ({ key }) =>
      signedText('{"alg":"ES256","kid":"ES256","cty":"JWT"}', signToken(key('ES256')))({ key } as AttackKeys),
  },
  {
    id: 'nested/unsigned-in-signed',
    how: 'the same with an unsigned token inside',
    code: 'ERR_TOKEN_MALFORMED',
    token: signedText('{"alg":"ES256","kid":"ES256","cty":"JWT"}', unsigned),
  },
];

const dots = [1, 3, 4, 5, 6, 9, 100, 10_000].map(
  (count): TokenRow => ({
    id: `dots/${count}`,
    how: `${count} dots between letters`,
    code: 'ERR_TOKEN_MALFORMED',
    token: () =>
      Array.from({ length: count + 1 }, () => 'e')
        .join('.')
        .slice(0, 16_384),
  }),
);

const emptyForms = [
  '',
  '.',
  '..',
  '...',
  '.e30.e30',
  'e30..e30',
  'e30.e30.',
  'e30.e30',
  ' ',
  '\n',
  'Bearer',
  'null',
  'undefined',
].map(
  (form): TokenRow => ({
    id: `form/${JSON.stringify(form)}`,
    how: `the token is ${JSON.stringify(form)}`,
    code: 'ERR_TOKEN_MALFORMED',
    token: () => form,
  }),
);

const notText = [undefined, null, 0, 1, true, [], {}, ['a.b.c'], Symbol.iterator, () => 'a.b.c', 5n].map(
  (value): TokenRow => ({
    id: `no-string/${typeof value}/${value === null ? 'null' : Array.isArray(value) ? value.length : String(value)}`,
    how: `verify is called with ${String(value)}`,
    code: 'ERR_TOKEN_MALFORMED',
    token: () => value as unknown as string,
  }),
);

const tooLarge: readonly TokenRow[] = [
  ['a-character-too-many', (good: string) => good + 'A'.repeat(16_385 - good.length)],
  ['a-million-dots', () => '.'.repeat(1_000_000)],
  ['a-million-letters', () => 'a'.repeat(1_000_000)],
  ['a-million-spaces', () => ' '.repeat(1_000_000)],
  ['a-header-of-500-KB', () => withSignature({ alg: 'ES256', x: 'x'.repeat(500_000) }, 'AA')],
  ['claims-of-500-KB', () => withSignature({ alg: 'ES256' }, 'AA', { x: 'x'.repeat(500_000) })],
  ['a-signature-of-500-KB', () => withSignature({ alg: 'ES256', kid: 'ES256' }, new Uint8Array(500_000))],
  ['claims-nested-100000-deep', () => withSignature({ alg: 'ES256' }, 'AA', { x: '['.repeat(100_000) })],
].map(([name, token]) => ({
  id: `size/${String(name)}`,
  how: `a token with ${String(name).replaceAll('-', ' ')}`,
  code: 'ERR_TOKEN_TOO_LARGE',
  token: ({ key }) => (token as (good: string) => string)(signToken(key('ES256'))),
}));

function nestedJson(kind: 'arrays' | 'objects', depth: number): string {
  return kind === 'arrays'
    ? `${'['.repeat(depth)}${']'.repeat(depth)}`
    : `${'{"a":'.repeat(depth)}0${'}'.repeat(depth)}`;
}

const open = { maxTokenSize: 1_048_576 };

const nesting = (['arrays', 'objects'] as const).flatMap((kind) =>
  [900, 1100, 100_000].flatMap((depth): TokenRow[] => {
    const isParsed = depth < 1000;
    const json = nestedJson(kind, depth);
    const claims = goodClaims.replace(/\}$/, `,"x":${json}}`);
    return [
      {
        id: `nesting/${kind}/${depth}/claims-of-a-bad-signature`,
        how: `claims nested ${depth} deep, not signed by the issuer`,
        code: isParsed ? 'ERR_SIGNATURE_INVALID' : 'ERR_TOKEN_MALFORMED',
        options: open,
        token: () => `${encode(goodHeader)}.${encode(claims)}.${'A'.repeat(86)}`,
      },
      {
        id: `nesting/${kind}/${depth}/aud`,
        how: `aud nested ${depth} deep, signed by the issuer`,
        code: isParsed ? 'ERR_CLAIM_INVALID' : 'ERR_TOKEN_MALFORMED',
        options: open,
        token: signedText(goodHeader, goodClaims.replace('"api://default"', `[${json}]`)),
      },
      {
        id: `nesting/${kind}/${depth}/header`,
        how: `a header nested ${depth} deep`,
        code: 'ERR_TOKEN_MALFORMED',
        options: open,
        token: signedText(`{"alg":"ES256","kid":${json}}`),
      },
      {
        id: `nesting/${kind}/${depth}/never-closed`,
        how: `claims that open ${depth} times and never close`,
        code: 'ERR_TOKEN_MALFORMED',
        options: open,
        token: signedText(goodHeader, json.slice(0, json.length / 2)),
      },
    ];
  }),
);

/** Texts that are not a compact JWS of an allowed size. */
export const formAttacks: readonly Attack[] = [
  ...attacks(17, [...encryptedRows, ...disguised, ...nested]),
  ...attacks(18, [...dots, ...emptyForms, ...notText, ...tooLarge, ...nesting]),
];
