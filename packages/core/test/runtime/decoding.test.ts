import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encode } from '../support/sign-token.ts';
import { engines } from '../support/verifiers.ts';

const bom = '\uFEFF';

const illFormed: readonly [string, number[]][] = [
  ['an overlong slash', [0xc0, 0xaf]],
  ['an overlong NUL', [0xc0, 0x80]],
  ['a surrogate half', [0xed, 0xa0, 0x80]],
  ['a surrogate pair as CESU-8', [0xed, 0xa0, 0x81, 0xed, 0xb0, 0x80]],
  ['a character cut short', [0xe2, 0x82]],
  ['a continuation byte alone', [0x80]],
  ['more than U+10FFFF', [0xf4, 0x90, 0x80, 0x80]],
  ['UTF-16 with its mark', [0xff, 0xfe, 0x7b, 0x00]],
];

const otherSpellings: readonly [string, string][] = [
  ['the alphabet of base64', 'ab+/'],
  ['padding', 'YQ=='],
  ['a space', 'YW Jj'],
  ['a line break', 'YWJj\n'],
  ['a dot', 'YW.Jj'],
  ['bits that decode to nothing', 'YR'],
  ['one character alone', 'YWJjY'],
  ['a character whose low byte is one of the alphabet', 'YW\u014Aj'],
  ['a character beyond ASCII', 'YWJj\u00E9'],
  ['a NUL', 'YWJj\u0000'],
];

function decodedOrNone(engine: (typeof engines)[number], text: string): Uint8Array | undefined {
  try {
    return engine.decodeBase64url(text);
  } catch {
    return undefined;
  }
}

describe.each(engines)('the $name engine', (engine) => {
  it('decodes the base64url of any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
        expect([...engine.decodeBase64url(encode(bytes))]).toEqual([...bytes]);
      }),
      { numRuns: 300 },
    );
  });

  it.each(otherSpellings)('refuses to decode base64url with %s', (_name, text) => {
    expect(() => engine.decodeBase64url(text)).toThrow();
  });

  it('refuses every non-canonical text', () => {
    const character = fc.oneof(
      fc.constantFrom(...'AQgw-_+/= \n.\u0141\u2013'),
      fc.string({ unit: 'binary', maxLength: 1 }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(), character, fc.boolean(), (bytes, at, put, isAdded) => {
        const text = encode(bytes);
        const index = at % (text.length + 1);
        const changed = text.slice(0, index) + put + text.slice(isAdded ? index : index + 1);
        const decoded = decodedOrNone(engine, changed);
        if (decoded !== undefined) expect(encode(decoded)).toBe(changed);
      }),
      { numRuns: 2000 },
    );
  });

  it('decodes any well-formed UTF-8', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(engine.decodeUtf8(Buffer.from(text))).toBe(text);
      }),
      { numRuns: 300 },
    );
  });

  it.each(illFormed)('throws at %s instead of replacing it', (_name, bytes) => {
    expect(() => engine.decodeUtf8(new Uint8Array(bytes))).toThrow();
  });

  it('keeps a byte order mark, so that JSON.parse refuses it', () => {
    expect(engine.decodeUtf8(Buffer.from(`${bom}{}`))).toBe(`${bom}{}`);
  });

  it('digests a text with SHA-256', async () => {
    const expected = createHash('sha256').update('abc').digest('binary');
    expect(await engine.digest('abc')).toBe(expected);
    expect(await engine.digest('abc')).toBe(expected);
    expect(await engine.digest('abd')).not.toBe(expected);
  });
});
