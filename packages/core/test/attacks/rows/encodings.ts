import { audience, claimsWith, encode, issuer, now, signParts, signToken } from '../../support/sign-token.ts';
import { type Attack, attacks, type RefusalCode, type TokenRow } from '../attack.ts';
import { goodClaims, goodHeader, pairs, signedText } from './tokens.ts';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** Other encodings of a part; a tolerant decoder decodes most of them to the same bytes. */
const spellings: Readonly<Record<string, (part: string) => string>> = {
  'one equal sign': (part) => `${part}=`,
  'two equal signs': (part) => `${part}==`,
  'an equal sign in front': (part) => `=${part}`,
  'a space behind': (part) => `${part} `,
  'a space in front': (part) => ` ${part}`,
  'a space inside': (part) => `${part.slice(0, 5)} ${part.slice(5)}`,
  'a newline behind': (part) => `${part}\n`,
  'a newline inside': (part) => `${part.slice(0, 5)}\n${part.slice(5)}`,
  'CRLF inside': (part) => `${part.slice(0, 5)}\r\n${part.slice(5)}`,
  'a tab inside': (part) => `${part.slice(0, 5)}\t${part.slice(5)}`,
  'a NUL behind': (part) => `${part}\u0000`,
  'a NUL inside': (part) => `${part.slice(0, 5)}\u0000${part.slice(5)}`,
  'a plus sign': (part) => `+${part.slice(1)}`,
  'a slash': (part) => `/${part.slice(1)}`,
  'other last bits': (part) => `${part.slice(0, -1)}${alphabet[alphabet.indexOf(part.at(-1) ?? '') ^ 1]}`,
  'a character that is left over': (part) => `${part}${'A'.repeat((5 - (part.length % 4)) % 4)}`,
  'an exclamation mark behind': (part) => `${part}!`,
  'an exclamation mark inside': (part) => `${part.slice(0, 5)}!${part.slice(5)}`,
  'a percent-encoded equal sign': (part) => `${part}%3D`,
  'a percent-encoded letter': (part) => `%65${part.slice(1)}`,
  'a tilde': (part) => `${part}~`,
  'a full-width letter': (part) => `\uff45${part.slice(1)}`,
  'a letter beyond ASCII': (part) => `${part}\u00e9`,
  'a byte order mark': (part) => `\uFEFF${part}`,
  'a zero-width space': (part) => `${part.slice(0, 5)}\u200b${part.slice(5)}`,
  'a soft hyphen': (part) => `${part}\u00ad`,
  'an emoji': (part) => `${part}\ud83d\ude00`,
};

const positions = ['header', 'claims', 'signature'] as const;

// No part has a length that is a multiple of four: each has unused bits, and could be padded.
const header = encode(JSON.stringify({ alg: 'ES256', kid: 'ES256', x: 'xx' }));
const claims = encode(JSON.stringify(claimsWith({ x: 'x'.repeat(4 - ((goodClaims.length + 7) % 3)) })));

const malleated = pairs(Object.entries(spellings), positions).flatMap(([[name, spell], position]): TokenRow[] => {
  const row = (isSigned: boolean): TokenRow => ({
    id: `${position}/${name.replaceAll(/[ ,]+/g, '-')}/${isSigned ? 'signed-so' : 'changed-later'}`,
    how: `the ${position} with ${name}, ${isSigned ? 'as it was signed' : 'changed after it was signed'}`,
    code: 'ERR_TOKEN_MALFORMED',
    token: ({ key }) => {
      const respelled = { header, claims, [position]: spell(position === 'header' ? header : claims) };
      if (isSigned) return signParts(key('ES256'), respelled.header, respelled.claims);
      const signature = signParts(key('ES256'), header, claims).split('.')[2] ?? '';
      return `${respelled.header}.${respelled.claims}.${position === 'signature' ? spell(signature) : signature}`;
    },
  });
  return position === 'signature' ? [row(false)] : [row(false), row(true)];
});

const bytes: Readonly<Record<string, (json: string) => Buffer>> = {
  'an overlong slash': (json) => within(json, [0xc0, 0xaf]),
  'an overlong quotation mark': (json) => within(json, [0xc0, 0xa2]),
  'an overlong NUL': (json) => within(json, [0xc0, 0x80]),
  'three bytes for a letter': (json) => within(json, [0xe0, 0x81, 0xa1]),
  'half a surrogate pair': (json) => within(json, [0xed, 0xa0, 0x80]),
  'a surrogate pair in six bytes': (json) => within(json, [0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80]),
  'a code point too large': (json) => within(json, [0xf4, 0x90, 0x80, 0x80]),
  'five bytes': (json) => within(json, [0xf8, 0x88, 0x80, 0x80, 0x80]),
  'a byte of the middle': (json) => within(json, [0x80]),
  'a cut sequence': (json) => within(json, [0xe2, 0x82]),
  'Latin-1': (json) => within(json, [0xe9]),
  'the byte 0xff': (json) => within(json, [0xff]),
  'a byte order mark': (json) => Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(json)]),
  'UTF-16LE': (json) => Buffer.from(json, 'utf16le'),
  'UTF-16LE with a mark': (json) => Buffer.from(`\uFEFF${json}`, 'utf16le'),
  'UTF-16BE': (json) => Buffer.from(json, 'utf16le').swap16(),
  'a cut end': (json) => Buffer.concat([Buffer.from(json), Buffer.of(0xe2)]),
};

function within(json: string, wrong: readonly number[]): Buffer {
  return Buffer.concat([Buffer.from(`${json.slice(0, -1)},"y":"`), Buffer.from(wrong), Buffer.from('"}')]);
}

/** Invalid JSON that tolerant parsers accept. */
const notJson: Readonly<Record<string, (json: string) => string>> = {
  'a comment': (json) => `/**/${json}`,
  'a line comment': (json) => `${json}//`,
  'a trailing comma': (json) => json.replace(/\}$/, ',}'),
  'single quotes': (json) => json.replaceAll('"', "'"),
  'names without quotes': (json) => json.replace(/"(\w+)":/g, '$1:'),
  NaN: (json) => json.replace(/\}$/, ',"y":NaN}'),
  Infinity: (json) => json.replace(/\}$/, ',"y":Infinity}'),
  undefined: (json) => json.replace(/\}$/, ',"y":undefined}'),
  'a hexadecimal number': (json) => json.replace(/\}$/, ',"y":0x10}'),
  'a leading zero': (json) => json.replace(/\}$/, ',"y":010}'),
  'a plus sign': (json) => json.replace(/\}$/, ',"y":+1}'),
  'a control character': (json) => json.replace(/\}$/, ',"y":"\u0001"}'),
  'a newline in a string': (json) => json.replace(/\}$/, ',"y":"\n"}'),
  'a bad escape': (json) => json.replace(/\}$/, ',"y":"\\x41"}'),
  'two objects': (json) => `${json}${json}`,
  'an object and a letter': (json) => `${json}x`,
  'an object and a NUL': (json) => `${json}\u0000`,
  'no end': (json) => json.slice(0, -1),
  'no beginning': (json) => json.slice(1),
  'spaces only': () => '  ',
  'a guard against scripts': (json) => `)]}',\n${json}`,
};

const unreadable = (['header', 'claims'] as const).flatMap((position) => {
  const json = position === 'header' ? goodHeader : goodClaims;
  const row = (name: string, content: string | Uint8Array): TokenRow => ({
    id: `${position}/${name.replaceAll(' ', '-')}`,
    how: `the ${position} with ${name}, signed by the issuer`,
    code: 'ERR_TOKEN_MALFORMED',
    token: position === 'header' ? signedText(content) : signedText(goodHeader, content),
  });
  return [
    ...Object.entries(bytes).map(([name, make]) => row(`bytes/${name}`, make(json))),
    ...Object.entries(notJson).map(([name, make]) => row(`json/${name}`, make(json))),
  ];
});

const good = { iss: issuer, aud: audience, exp: now + 3600 };

function repeatedClaims(members: string): string {
  return `${JSON.stringify(good).slice(0, -1)},${members}}`;
}

// JSON.parse keeps the last member of a name, on both engines.
const repeated: readonly (readonly [string, string, RefusalCode])[] = [
  ['exp/last-expired', '"exp":1', 'ERR_TOKEN_EXPIRED'],
  ['exp/last-a-string', `"exp":"${now + 60}"`, 'ERR_CLAIM_INVALID'],
  ['exp/escaped', '"\\u0065xp":1', 'ERR_TOKEN_EXPIRED'],
  ['iss/last-another', '"iss":"https://other.example"', 'ERR_ISSUER_UNKNOWN'],
  ['iss/escaped', '"\\u0069ss":"https://other.example"', 'ERR_ISSUER_UNKNOWN'],
  ['aud/last-another', '"aud":"api://other"', 'ERR_AUDIENCE_MISMATCH'],
  ['aud/last-empty', '"aud":[]', 'ERR_AUDIENCE_MISMATCH'],
  ['nbf/last-later', `"nbf":1,"nbf":${now + 60}`, 'ERR_TOKEN_NOT_YET_VALID'],
  ['cnf/last-bound', '"cnf":{},"cnf":{"jkt":"x"}', 'ERR_BINDING_REQUIRED'],
  ['events/last-any', '"events":{}', 'ERR_TOKEN_TYPE'],
];

const repeatedRows = repeated.map(
  ([name, members, code]): TokenRow => ({
    id: `repeated/${name}`,
    how: `the claims contain ${members} after valid members of the same names`,
    code,
    // at+jwt would outweigh what the claims say about the type.
    token: signedText(goodHeader.replace('at+jwt', 'JWT'), repeatedClaims(members)),
  }),
);

const prototypes: readonly (readonly [string, string, RefusalCode])[] = [
  ['exp', `{"iss":"${issuer}","aud":"${audience}","__proto__":{"exp":${now + 60}}}`, 'ERR_CLAIM_MISSING'],
  [
    'exp/by-constructor',
    `{"iss":"${issuer}","aud":"${audience}","constructor":{"prototype":{"exp":${now + 60}}}}`,
    'ERR_CLAIM_MISSING',
  ],
  ['aud', `{"iss":"${issuer}","__proto__":{"aud":"${audience}"},"exp":${now + 60}}`, 'ERR_CLAIM_MISSING'],
  ['everything', `{"__proto__":${JSON.stringify(good)}}`, 'ERR_ISSUER_UNKNOWN'],
  ['exp/in-capitals', `{"iss":"${issuer}","aud":"${audience}","EXP":${now + 60}}`, 'ERR_CLAIM_MISSING'],
  ['aud/in-capitals', `{"iss":"${issuer}","Aud":"${audience}","exp":${now + 60}}`, 'ERR_CLAIM_MISSING'],
  ['exp/with-a-NUL', `{"iss":"${issuer}","aud":"${audience}","exp\\u0000":${now + 60}}`, 'ERR_CLAIM_MISSING'],
  ['exp/full-width', `{"iss":"${issuer}","aud":"${audience}","\uff45xp":${now + 60}}`, 'ERR_CLAIM_MISSING'],
];

const prototypeRows = prototypes.map(
  ([name, json, code]): TokenRow => ({
    id: `no-such-member/${name}`,
    how: `the claims are ${json.slice(0, 90)}`,
    code,
    token: signedText(goodHeader, json),
  }),
);

const polluting: readonly TokenRow[] = ['__proto__', 'constructor', 'prototype'].map((name) => ({
  id: `pollution/${name}`,
  how: `a token that tries to write to the prototype through ${name}, and then one without an audience`,
  code: 'ERR_CLAIM_MISSING',
  token: async ({ key }) => {
    const json = JSON.stringify({ ...good, aud: undefined });
    const inherited = `{"aud":"${audience}","prototype":{"aud":"${audience}"}}`;
    signToken(key('ES256'));
    return signedText(goodHeader, `${json.slice(0, -1)},"${name}":${inherited}}`)({ key } as never);
  },
}));

/** Other encodings of a token, and texts with several interpretations. */
export const encodingAttacks: readonly Attack[] = [
  ...attacks(23, malleated),
  ...attacks(24, [...unreadable, ...repeatedRows, ...prototypeRows, ...polluting]),
];
