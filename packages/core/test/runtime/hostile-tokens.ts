import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { audience, claimsWith, encode, issuer, now, signParts, signText, signToken } from '../support/sign-token.ts';
import { generateTestKey, type TestKey } from '../support/test-key.ts';

/** A token, and how it came to be what it is. */
export interface Hostile {
  readonly how: string;
  readonly token: string;
}

/** The keys that the tokens are signed with. The last one is published without `alg`. */
export interface KeyPool {
  readonly published: readonly TestKey[];
  readonly stranger: TestKey;
}

/** Makes the keys: cheap ones first. */
export function createKeyPool(): KeyPool {
  const published = [
    generateTestKey('Ed25519', 'ed25519'),
    generateTestKey('ES256', 'es256'),
    generateTestKey('RS256', 'rs256'),
    generateTestKey('PS256', 'unbound', 'second'),
  ];
  return { published, stranger: generateTestKey('Ed25519', 'ed25519') };
}

const odd = fc.constantFrom<unknown>(
  ...[null, true, 0, -1, 1e300, '', 'x', ' ', [], [null], [''], {}, { a: 1 }, '@infinity', '@minus'],
);
const times = fc.constantFrom(...[-3606, -6, -5, -4.5, -4, -1, 0, 1, 4, 4.5, 5, 6, 3600].map((offset) => now + offset));
const moment = fc.oneof({ weight: 6, arbitrary: times }, { weight: 1, arbitrary: odd }, fc.constant(`${now + 60}`));
const text = fc.oneof({ weight: 3, arbitrary: fc.string({ maxLength: 8 }) }, odd);
const confirmation = fc.constantFrom<unknown>({ jkt: 'x' }, { 'x5t#S256': 'x' }, { kid: 'x' }, { jwk: {} }, null, []);
const audiences = fc.oneof(
  odd,
  fc.constantFrom<unknown>([audience], [audience, 5], [audience, 'x'], ['x'], `${audience}/`, [audience, null], [null]),
);
const issuers = fc.oneof(
  odd,
  fc.constantFrom<unknown>([issuer], `${issuer}/`, issuer.toUpperCase(), 'https://x.example'),
);
const types = fc.constantFrom<unknown>(
  'at+jwt',
  'JWT',
  'application/AT+JWT',
  'jwt',
  'logout+jwt',
  'dpop+jwt',
  '',
  1,
  null,
);

const claimNames = {
  exp: moment,
  nbf: moment,
  iat: moment,
  iss: issuers,
  aud: audiences,
  cnf: confirmation,
  typ: fc.constantFrom('ID', 'Bearer', 'Logout', 'Refresh', 'Offline', null),
  ...Object.fromEntries(['sub', 'jti', 'client_id', 'cid', 'azp', 'appid', 'scope', 'scp'].map((name) => [name, text])),
  ...Object.fromEntries(
    ['nonce', 'at_hash', 'c_hash', 'events', 'token_use', 'htm', 'htu', 'code', 'state', 'email'].map((name) => [
      name,
      text,
    ]),
  ),
};

const headerNames = {
  typ: types,
  kid: fc.constantFrom<unknown>('ed25519', 'es256', 'rs256', 'unbound', 'unknown', '', 1, null, '__proto__'),
  alg: fc.constantFrom<unknown>('EdDSA', 'Ed25519', 'ES256', 'RS256', 'PS256', 'RS512', 'none', 'HS256', null, ''),
  crit: fc.constantFrom<unknown>([], ['b64'], ['x'], ['exp'], 'b64', null),
  b64: fc.constantFrom<unknown>(false, true, null),
  jku: fc.constant('https://x.example/keys'),
  jwk: fc.constant({ kty: 'oct', k: '' }),
  zip: fc.constant('DEF'),
};

type Overrides = Record<string, unknown>;

/** Some members of a record, each absent from the token, or of a value that is not what it should be. */
function some(names: Readonly<Record<string, fc.Arbitrary<unknown>>>, maxLength: number): fc.Arbitrary<Overrides> {
  const member = fc.constantFrom(...Object.keys(names)).chain((name) => {
    const value = names[name] ?? fc.constant(undefined);
    return fc.tuple(fc.constant(name), fc.option(value, { nil: undefined, freq: 6 }));
  });
  return fc.array(member, { maxLength }).map((members) => Object.fromEntries(members));
}

const rewriteText = {
  as_it_is: (json: string) => Buffer.from(json),
  mark: (json: string) => Buffer.from(`\uFEFF${json}`),
  spaced: (json: string) => Buffer.from(` ${json}\n`),
  repeated_first: (json: string) => Buffer.from(json.replace('{', '{"alg":"none","exp":1,"iss":"x",')),
  repeated_last: (json: string) => Buffer.from(json.replace(/\}$/, ',"alg":"none","exp":1,"aud":"x"}')),
  prototype: (json: string) => Buffer.from(json.replace('{', '{"__proto__":{"alg":"none","exp":1,"crit":[]},')),
  array: (json: string) => Buffer.from(`[${json}]`),
  text: (json: string) => Buffer.from(JSON.stringify(json)),
  cut: (json: string) => Buffer.from(json.slice(0, -1)),
  utf16: (json: string) => Buffer.from(json, 'utf16le'),
  ill_formed: (json: string) =>
    Buffer.concat([Buffer.from(json.replace(/\}$/, ',"x":"')), Buffer.from([0xc0, 0xaf]), Buffer.from('"}')]),
  nested: (json: string) => Buffer.from(json.replace(/\}$/, `,"x":${'['.repeat(500)}${']'.repeat(500)}}`)),
};

type Rewrite = keyof typeof rewriteText;
const rewrites = fc.constantFrom(...(Object.keys(rewriteText) as Rewrite[]));

function rewritten(json: string, rewrite: Rewrite): Buffer {
  return rewriteText[rewrite](json.replaceAll('"@infinity"', '1e999').replaceAll('"@minus"', '-1e999'));
}

const characters = fc.constantFrom(...'AQgw-_Zz09.=+/ \n\u0000é~');

/** Tokens of every kind that ought to be refused, and some that ought not to be. */
export function hostileTokens({ published, stranger }: KeyPool): fc.Arbitrary<Hostile> {
  const [ed25519 = stranger, es256 = stranger, rs256 = stranger, unbound = stranger] = published;
  const key = fc.oneof(
    { weight: 6, arbitrary: fc.constant(ed25519) },
    { weight: 6, arbitrary: fc.constant(es256) },
    { weight: 1, arbitrary: fc.constantFrom(rs256, unbound, stranger) },
  );
  const base = fc.constantFrom(...[ed25519, es256, rs256, unbound, stranger].map((signer) => signToken(signer)));
  return fc.oneof(
    { weight: 8, arbitrary: resigned(key) },
    { weight: 3, arbitrary: rewrittenTexts(key) },
    { weight: 4, arbitrary: editedBytes(base) },
    { weight: 2, arbitrary: shuffledParts(base) },
    { weight: 1, arbitrary: looseParts(key) },
    { weight: 1, arbitrary: forgedSignatures(key) },
  );
}

function resigned(keys: fc.Arbitrary<TestKey>): fc.Arbitrary<Hostile> {
  return fc.tuple(keys, some(claimNames, 3), some(headerNames, 1)).map(([key, claims, header]) => {
    const fullHeader = { alg: key.alg, kid: key.kid, typ: 'at+jwt', ...header };
    const json = rewritten(JSON.stringify(claimsWith(claims)), 'as_it_is');
    const token = signText(key, JSON.stringify(fullHeader), json);
    return { how: `${key.kid} signed ${JSON.stringify([header, claims])}`, token };
  });
}

function rewrittenTexts(keys: fc.Arbitrary<TestKey>): fc.Arbitrary<Hostile> {
  return fc.tuple(keys, rewrites, rewrites).map(([key, header, claims]) => {
    const headerJson = JSON.stringify({ alg: key.alg, kid: key.kid });
    const token = signText(key, rewritten(headerJson, header), rewritten(JSON.stringify(claimsWith()), claims));
    return { how: `${key.kid} signed a header that is ${header} and claims that are ${claims}`, token };
  });
}

function editedBytes(base: fc.Arbitrary<string>): fc.Arbitrary<Hostile> {
  const edit = fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), put: characters, cut: fc.nat(2) });
  const edits = fc.array(edit, { minLength: 1, maxLength: 3 });
  return fc.tuple(base, edits).map(([token, changes]) => ({
    how: `edited ${JSON.stringify(changes)}`,
    token: changes.reduce((before, { at, put, cut }) => {
      const index = Math.round(at * before.length);
      return before.slice(0, index) + put + before.slice(index + cut);
    }, token),
  }));
}

function shuffledParts(base: fc.Arbitrary<string>): fc.Arbitrary<Hostile> {
  const picks = fc.array(fc.tuple(base, fc.nat(2)), { minLength: 0, maxLength: 5 });
  const separators = fc.constantFrom('.', '.', '.', '..', ' .', '');
  return fc.tuple(picks, separators).map(([parts, separator]) => ({
    how: `put together of parts ${parts.map(([, index]) => index)} with ${JSON.stringify(separator)}`,
    token: parts.map(([token, index]) => token.split('.')[index]).join(separator),
  }));
}

const looseForms = {
  padded: (part: string) => `${part}${'='.repeat((4 - (part.length % 4)) % 4)}`,
  standard_alphabet: (part: string) => part.replaceAll('-', '+').replaceAll('_', '/'),
  broken_line: (part: string) => `${part.slice(0, 8)}\n${part.slice(8)}`,
  leading_space: (part: string) => ` ${part}`,
  other_last_bits: (part: string) => withOtherLastBits(part),
  one_more: (part: string) => `${part}A`,
};

type LooseForm = keyof typeof looseForms;

/** The same bytes in a spelling of base64url that is not the canonical one. */
export function loosen(part: string, form: LooseForm): string {
  return looseForms[form](part);
}

function looseParts(keys: fc.Arbitrary<TestKey>): fc.Arbitrary<Hostile> {
  const form = fc.constantFrom(...(Object.keys(looseForms) as LooseForm[]));
  return fc.tuple(keys, form, fc.nat(2), fc.boolean()).map(([key, loose, at, isSigned]) => {
    const parts = signToken(key, {}, { x: 'y' }).split('.');
    const [header = '', claims = '', signature = ''] = parts.with(at, loosen(parts[at] ?? '', loose));
    const token = isSigned && at < 2 ? signParts(key, header, claims) : `${header}.${claims}.${signature}`;
    return { how: `${key.kid}, part ${at} ${loose}, signed ${isSigned ? 'so' : 'before'}`, token };
  });
}

function withOtherLastBits(part: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return part.slice(0, -1) + alphabet.charAt(alphabet.indexOf(part.at(-1) ?? '') | 1);
}

function forgedSignatures(keys: fc.Arbitrary<TestKey>): fc.Arbitrary<Hostile> {
  const algorithm = fc.constantFrom('none', 'HS256', 'RS256', 'ES256', 'Ed25519');
  return fc.tuple(keys, algorithm, fc.boolean()).map(([key, alg, isEmpty]) => {
    const input = `${encode(JSON.stringify({ alg, kid: key.kid }))}.${encode(JSON.stringify(claimsWith()))}`;
    const pem = key.publicKey.export({ type: 'spki', format: 'pem' });
    const signature = isEmpty ? '' : createHmac('sha256', pem).update(input).digest('base64url');
    return { how: `${alg} with the public key ${key.kid}, empty: ${isEmpty}`, token: `${input}.${signature}` };
  });
}
