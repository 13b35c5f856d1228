import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAuthError } from '../../src/index.ts';
import { authErrorOf } from '../support/expected-errors.ts';
import { claimsWith, encode, headerText, signText, signToken } from '../support/sign-token.ts';
import { generateTestKey } from '../support/test-key.ts';
import { verifierFor } from '../support/verifiers.ts';

const key = generateTestKey('Ed25519');
const verifier = verifierFor(key);
const large = verifierFor(key, { maxTokenSize: 1_048_576 });
const parts = signToken(key).split('.');

/** Verifies any text. Every error must be an AuthError that does not quote the text. */
function verifyAny(token: string): void {
  try {
    expect(verifier.verifySync(token).token).toBe(token);
  } catch (error) {
    if (!isAuthError(error)) throw error;
    expect(error.status).toBe(401);
    if (token.length > 40) expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(token.slice(0, 40));
  }
}

function secondsFor(run: () => void): number {
  const start = performance.now();
  run();
  return (performance.now() - start) / 1000;
}

describe('[TOKEN-NO-THROW] any input', () => {
  it('is accepted or refused with an AuthError: any text', () => {
    const text = fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom('.', 'A', '=') }),
    );
    fc.assert(fc.property(text, verifyAny), { numRuns: 2000 });
  });

  it('is accepted or refused with an AuthError: any three parts of base64url', () => {
    const part = fc.oneof(fc.uint8Array().map(encode), fc.json().map(encode), fc.constantFrom(...parts));
    fc.assert(
      fc.property(fc.tuple(part, part, part), (all) => verifyAny(all.join('.'))),
      { numRuns: 2000 },
    );
  });

  it('is accepted or refused with an AuthError: any signed JSON as header and claims', () => {
    const json = fc.oneof(
      fc.json(),
      fc.constant(headerText(key)),
      fc.json().map((text) => `{"alg":${text}}`),
    );
    fc.assert(
      fc.property(json, json, (header, claims) => verifyAny(signText(key, header, claims))),
      { numRuns: 1000 },
    );
  });

  it('is accepted or refused with an AuthError: any claims and header parameters that were signed', () => {
    const members = fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 5 });
    fc.assert(
      fc.property(members, members, (claims, header) => verifyAny(signToken(key, claims, header))),
      { numRuns: 1000 },
    );
  });

  it('is refused with an AuthError if it is not a string', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        fc.pre(typeof value !== 'string');
        expect(authErrorOf(() => verifier.verifySync(value as string)).code).toBe('ERR_TOKEN_MALFORMED');
      }),
      { numRuns: 500 },
    );
  });
});

describe('a token that is too large', () => {
  const megabyte = 1_000_000;
  const inputs: Readonly<Record<string, string>> = {
    'a megabyte of letters': 'A'.repeat(megabyte),
    'a million dots': '.'.repeat(megabyte),
    'a header of a megabyte': `${'A'.repeat(megabyte)}.${parts[1]}.${parts[2]}`,
    'a signed megabyte': signToken(key, { filling: 'x'.repeat(megabyte) }),
    'one character too many': 'A'.repeat(16_385),
  };

  it.each(Object.entries(inputs))('[TOKEN-SIZE] is refused by its length alone: %s', (_name, token) => {
    const seconds = secondsFor(() => {
      for (let round = 0; round < 1000; round += 1) {
        expect(authErrorOf(() => verifier.verifySync(token)).code).toBe('ERR_TOKEN_TOO_LARGE');
      }
    });
    expect(seconds / 1000).toBeLessThan(0.001);
  });

  it('is verified up to maxTokenSize and not beyond', () => {
    const token = signToken(key, { filling: 'x'.repeat(20_000) });
    expect(authErrorOf(() => verifier.verifySync(token)).code).toBe('ERR_TOKEN_TOO_LARGE');
    const exact = verifierFor(key, { maxTokenSize: token.length });
    expect(exact.verifySync(token).subject).toBe('subject');
    const short = verifierFor(key, { maxTokenSize: token.length - 1 });
    expect(authErrorOf(() => short.verifySync(token)).code).toBe('ERR_TOKEN_TOO_LARGE');
  });
});

describe('a large token within maxTokenSize', () => {
  const length = 1_000_000;
  const nested = (open: string, close: string, depth: number): string => open.repeat(depth) + close.repeat(depth);
  const inputs: Readonly<Record<string, string>> = {
    'a million dots': '.'.repeat(length),
    'letters without a dot': 'A'.repeat(length),
    'letters, and an illegal character at the end': `${'A'.repeat(length)}!`,
    'letters between two dots': `.${'A'.repeat(length)}.`,
    'a deeply nested header': signText(key, nested('[', ']', 100_000), '{}'),
    'deeply nested claims that are not closed': signText(key, headerText(key), '{"a":'.repeat(100_000)),
    'deeply nested claims of an unknown issuer': signText(
      key,
      headerText(key),
      `{"iss":"x","a":${nested('[', ']', 300_000)}}`,
    ),
  };

  it.each(Object.entries(inputs))('takes time in proportion to its length: %s', (_name, token) => {
    const seconds = secondsFor(() => {
      expect(authErrorOf(() => large.verifySync(token)).status).toBe(401);
    });
    // A megabyte through the strictest parser takes milliseconds; anything quadratic takes minutes.
    expect(seconds).toBeLessThan(5);
  });

  it('[TOKEN-NESTING] may contain 1,000 arrays and objects, and more only if it is long enough', () => {
    const outcomeOf = (member: string): unknown => {
      const claims = JSON.stringify(claimsWith()).replace(/\}$/, `,"x":${member}}`);
      try {
        return large.verifySync(signText(key, headerText(key), claims)).subject;
      } catch (error) {
        return isAuthError(error) ? error.code : error;
      }
    };
    const listOf = (count: number, item: string): string => `[${Array.from({ length: count }, () => item).join()}]`;
    expect(outcomeOf(nested('[', ']', 999))).toBe('subject');
    expect(outcomeOf(nested('[', ']', 1000))).toBe('ERR_TOKEN_MALFORMED');
    expect(outcomeOf(`${'{"a":'.repeat(999)}1${'}'.repeat(999)}`)).toBe('subject');
    expect(outcomeOf(`${'{"a":'.repeat(1000)}1${'}'.repeat(1000)}`)).toBe('ERR_TOKEN_MALFORMED');
    expect(outcomeOf(listOf(998, '{}'))).toBe('subject');
    expect(outcomeOf(listOf(999, '{}'))).toBe('ERR_TOKEN_MALFORMED');
    expect(outcomeOf(listOf(20_000, '{"type":"order"}'))).toBe('subject');
    expect(outcomeOf(listOf(20_000, '{"t":"o"}'))).toBe('ERR_TOKEN_MALFORMED');
  });
});
