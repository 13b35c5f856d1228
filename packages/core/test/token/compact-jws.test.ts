import { describe, expect, it } from 'vitest';
import { authErrorFrom, authErrorOf } from '../support/expected-errors.ts';
import { claimsWith, encode, headerText, signParts, signText, signToken } from '../support/sign-token.ts';
import { generateTestKey } from '../support/test-key.ts';
import { engines, optionsFor, verifierFor, verifierOn } from '../support/verifiers.ts';

const key = generateTestKey('Ed25519');
const verifier = verifierFor(key);
const good = signToken(key);
const [header = '', claims = '', signature = ''] = good.split('.');
const json = JSON.stringify(claimsWith());

function codeOf(token: unknown): string {
  return authErrorOf(() => verifier.verifySync(token as string)).code;
}

/** Returns another encoding of the same bytes, with unused bits of the last character set. */
function withUnusedBits(part: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return part.slice(0, -1) + alphabet.charAt(alphabet.indexOf(part.at(-1) ?? '') + 1);
}

function signedHeader(parameters: Readonly<Record<string, unknown>>): string {
  return signToken(key, {}, parameters);
}

const encrypted = encode('{"alg":"RSA-OAEP","enc":"A256GCM"}');

const forms: Readonly<Record<string, string>> = {
  'the empty string': '',
  'one part': header,
  'two parts': `${header}.${claims}`,
  'four parts': `${good}.${signature}`,
  'five parts, as an encrypted token has': `${header}..${claims}.${signature}.${signature}`,
  'dots alone': '..',
  'an empty header': `.${claims}.${signature}`,
  'empty claims': `${header}..${signature}`,
  'an empty signature': `${header}.${claims}.`,
  'a space at the start': ` ${good}`,
  'a line break at the end': `${good}\n`,
  'a line break inside': `${header}.\n${claims}.${signature}`,
  'padding after the signature': `${good}==`,
  'padding within': `${header}=.${claims}.${signature}`,
  'a plus sign': `${header}.${claims}.+${signature.slice(1)}`,
  'a slash': `${header}.${claims}./${signature.slice(1)}`,
  'a letter beyond ASCII': `${header}.${claims}.é${signature.slice(1)}`,
  'a letter that looks like an ASCII letter': `${header}.${claims}.\u0410${signature.slice(1)}`,
  'a NUL': `${good}\u0000`,
  'unused bits set in the signature': `${header}.${claims}.${withUnusedBits(signature)}`,
  'extra characters in the signature': `${good}AAA`,
  'the JSON serialization of a JWS': JSON.stringify({ protected: header, payload: claims, signature }),
};

const texts: Readonly<Record<string, string | Uint8Array>> = {
  'no JSON': 'x',
  'truncated JSON': json.slice(0, -1),
  'JSON with another character after it': `${json}x`,
  'two JSON objects': `${json}${json}`,
  'an array': `[${json}]`,
  'an empty array': '[]',
  'a string': '"x"',
  null: 'null',
  'a number': '1',
  'a byte order mark before JSON': `\uFEFF${json}`,
  'UTF-16': Buffer.from(json, 'utf16le'),
  'an overlong character': Buffer.concat([Buffer.from('{"x":"'), Buffer.from([0xc0, 0xaf]), Buffer.from('"}')]),
  'half of a surrogate pair': Buffer.concat([
    Buffer.from('{"x":"'),
    Buffer.from([0xed, 0xa0, 0x80]),
    Buffer.from('"}'),
  ]),
};

describe('[TOKEN-FORM] a token that is not a compact JWS', () => {
  it.each(Object.entries(forms))('is malformed: %s', (_name, token) => {
    expect(codeOf(token)).toBe('ERR_TOKEN_MALFORMED');
  });

  it.each([
    ['with an encrypted key', `${encrypted}.AAAA.AAAA.AAAA.AAAA`],
    ['without an encrypted key', `${encrypted}..AAAA.AAAA.AAAA`],
    ['without a ciphertext', `${encrypted}.AAAA.AAAA..AAAA`],
    ['of empty parts', '....'],
    ['with the header of a signed token', `${good}.AAAA.AAAA`],
  ])('is called encrypted if it has five parts: %s', (_name, token) => {
    expect(authErrorOf(() => verifier.verifySync(token))).toMatchObject({
      code: 'ERR_TOKEN_MALFORMED',
      message: expect.stringContaining('encrypted'),
    });
  });

  it.each(['none', 'None', 'NONE'])('[TOKEN-UNSIGNED] is ERR_ALG_NOT_ALLOWED if it is not signed: %s', (alg) => {
    const [, claimsPart] = good.split('.');
    const unsigned = `${Buffer.from(JSON.stringify({ alg })).toString('base64url')}.${claimsPart}.`;
    expect(codeOf(unsigned)).toBe('ERR_ALG_NOT_ALLOWED');
    expect(codeOf(`${unsigned}AAAA`)).toBe('ERR_ALG_NOT_ALLOWED');
    expect(codeOf(`${good.split('.')[0]}.${claimsPart}.`)).toBe('ERR_TOKEN_MALFORMED');
  });

  it.each(['', 'opaque', '.', '..', '...', `${good}.AAAA`, `${good}.A.A.A`, '.....', 'a.'.repeat(4000)])(
    'is not called encrypted if it has another number of parts: %#',
    (token) => {
      const { code, message } = authErrorOf(() => verifier.verifySync(token));
      expect(code).toBe('ERR_TOKEN_MALFORMED');
      expect(message).not.toContain('encrypted');
    },
  );

  it.each([
    ['undefined', undefined],
    ['null', null],
    ['a number', 1],
    ['true', true],
    ['an object', {}],
    ['an array with a token', [good]],
    ['the bytes of a token', Buffer.from(good)],
    ['a String object', Object(good)],
  ])('is malformed: %s', (_name, token) => {
    expect(codeOf(token as string)).toBe('ERR_TOKEN_MALFORMED');
  });

  it.each(Object.entries(texts))('is malformed: claims that are %s', (_name, text) => {
    expect(codeOf(signText(key, headerText(key), text))).toBe('ERR_TOKEN_MALFORMED');
  });

  it.each(Object.entries(texts))('is malformed: a header that is %s', (_name, text) => {
    expect(codeOf(signText(key, text, json))).toBe('ERR_TOKEN_MALFORMED');
  });

  it('is malformed: unused bits set in a header or claims before signing', () => {
    const odd = encode(headerText(key, { x: 'y'.repeat((4 - (headerText(key, { x: '' }).length % 3)) % 3) }));
    const loose = [odd, encode(`${json} `), encode(`${json}  `)].filter((part) => part.length % 4 !== 0);
    expect(loose.length).toBeGreaterThan(0);
    for (const part of loose) {
      expect(codeOf(signParts(key, withUnusedBits(part), claims))).toBe('ERR_TOKEN_MALFORMED');
      expect(codeOf(signParts(key, header, withUnusedBits(part)))).toBe('ERR_TOKEN_MALFORMED');
    }
  });

  it.each([1, true, [], {}, ['x']])('is malformed: a key identifier that is %o', (kid) => {
    expect(codeOf(signedHeader({ kid }))).toBe('ERR_TOKEN_MALFORMED');
  });

  it('[KEYS-EMPTY-MEMBERS] has no key identifier if it is null', () => {
    const { header } = verifierFor(key).verifySync(signedHeader({ kid: null }));
    expect(header).toBeDefined();
    expect(header).not.toHaveProperty('kid');
  });
});

const critical = [
  ['x'],
  ['b64'],
  ['b64', 'b64'],
  ['alg'],
  ['__proto__'],
  ['toString'],
  [1],
  [],
  'b64',
  '',
  null,
  {},
  false,
];

describe('[TOKEN-CRITICAL] a token with critical extensions', () => {
  it.each(critical.map((crit) => ({ crit })))('is refused: crit is $crit', ({ crit }) => {
    expect(codeOf(signedHeader({ crit }))).toBe('ERR_CRIT_UNSUPPORTED');
  });

  it.each([false, true, null, 'false'])('is refused: b64 is %o, with and without crit', (b64) => {
    expect(codeOf(signedHeader({ b64 }))).toBe('ERR_CRIT_UNSUPPORTED');
    expect(codeOf(signedHeader({ b64, crit: ['b64'] }))).toBe('ERR_CRIT_UNSUPPORTED');
  });
});

describe.each(engines)('on the $name engine', (engine) => {
  const onEngine = verifierOn(engine, optionsFor(key));

  it('the last of several members with the same name counts', async () => {
    const repeated = `{"sub":"first",${json.slice(1, -1)},"sub":"last"}`;
    const repeatedHeader = `{"alg":"none",${headerText(key).slice(1)}`;
    const verified = await onEngine.verify(signText(key, repeatedHeader, repeated));
    expect(verified.subject).toBe('last');
    expect(verified.claims.sub).toBe('last');
    expect(verified.header?.alg).toBe(key.alg);
  });

  it('the last member counts even if it is the invalid one', async () => {
    const expired = `${json.slice(0, -1)},"exp":1}`;
    expect(await authErrorFrom(onEngine.verify(signText(key, headerText(key), expired)))).toMatchObject({
      code: 'ERR_TOKEN_EXPIRED',
    });
    const unsigned = `${headerText(key).slice(0, -1)},"alg":"none"}`;
    expect(await authErrorFrom(onEngine.verify(signText(key, unsigned, json)))).toMatchObject({
      code: 'ERR_ALG_NOT_ALLOWED',
    });
  });

  it('[TOKEN-PROTOTYPE] a member named __proto__ provides no claim and changes no prototype', async () => {
    const polluting = `{"__proto__":{"admin":true,"scope":"all","exp":9e9},"constructor":{"x":1},${json.slice(1)}`;
    const verified = await onEngine.verify(signText(key, headerText(key), polluting));
    expect(Object.getPrototypeOf(verified.claims)).toBe(Object.prototype);
    expect(verified.claims['admin']).toBeUndefined();
    expect(verified.scopes).toEqual([]);
    expect(Object.hasOwn(verified.claims, '__proto__')).toBe(false);
    expect(Object.getOwnPropertyDescriptor(verified.claims, 'constructor')?.value).toEqual({ x: 1 });
    expect(({} as Record<string, unknown>)['admin']).toBeUndefined();
  });

  it('a header member named __proto__ provides neither an algorithm nor an extension', async () => {
    const inherited = `{"__proto__":{"alg":"${key.alg}"},"kid":"${key.kid}"}`;
    expect(await authErrorFrom(onEngine.verify(signText(key, inherited, json)))).toMatchObject({
      code: 'ERR_ALG_NOT_ALLOWED',
    });
    const harmless = `{"__proto__":{"crit":["x"]},${headerText(key).slice(1)}`;
    await expect(onEngine.verify(signText(key, harmless, json))).resolves.toHaveProperty('subject', 'subject');
  });
});
