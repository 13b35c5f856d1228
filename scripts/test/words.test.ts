import { describe, expect, it } from 'vitest';
import { wordsIn } from '../words.ts';

function found(text: string, file = 'packages/core/src/a.ts'): string[] {
  return wordsIn(file, text).map(({ line, word }) => `${line} ${word}`);
}

describe('banned words', () => {
  it.each([
    ['a class', 'class TokenProver {}', 'prover'],
    ['a private method', 'this.#proveAndAdmit()', 'prove'],
    ['a constant', 'const KEY_HOLDER = 1;', 'holder'],
    ['a phrase', '// the keys at hand', 'at hand'],
    ['a name of a function', 'checkRequirements(given)', 'checkrequirements'],
    ['the declaration of a function', 'function check(name: string) {}', 'function check'],
    ['prose in any case', 'Nobody reads this.', 'nobody'],
    ['the start of a comment', '/** What a route requires. */', 'what'],
  ])('are found in %s', (_, text, word) => {
    expect(found(text)).toContain(`1 ${word}`);
  });

  it('are found in the name of a file', () => {
    expect(found('', 'packages/core/src/token-prover.ts')).toEqual(['0 prover']);
  });

  it.each(['keys at\nhand', '// keys at\n// hand', '/**\n * keys at\n * hand\n */'])(
    'are found across lines: %j',
    (text) => {
      expect(found(text).map((finding) => finding.slice(2))).toEqual(['at hand']);
    },
  );

  it('are named once a line, with what to write instead', () => {
    expect(wordsIn('docs/a.md', 'text\nso many, so many')).toEqual([
      { file: 'docs/a.md', line: 2, word: 'so many', instead: 'the number, the given percentage' },
    ]);
  });

  it.each([
    'a threshold, a placeholder, an outstanding request',
    'on demand, on-demand fetches',
    'for lack of memory',
    'the package manager, packageManager',
    'checkJs; tls.checkServerIdentity; check the token',
    'besides, the letter; let inFlight = 0',
    '{@link x}: what follows',
  ])('are not seen in %j', (text) => {
    expect(found(text)).toEqual([]);
  });

  it('are limited to the paths of their rule', () => {
    expect(found('stage', 'packages/core/test/a.ts')).toEqual(['1 stage']);
    expect(found('stage', 'examples/demo/src/a.ts')).toEqual([]);
  });

  it('are accepted in a text that clients see', () => {
    expect(found("'The access token lacks a required scope'")).toEqual([]);
  });

  it('are accepted if a marker names the word and a reason', () => {
    expect(found('// words-allow: holder (a term of RFC 7800)\nconst holder = 1;')).toEqual([]);
    expect(found('<!-- words-allow: holder, demand (quoted) --> holder demand')).toEqual([]);
    expect(found('// words-allow: holder\nconst holder = 1;')).not.toEqual([]);
    expect(found('// words-allow: holder (a term of RFC 7800)\nconst demand = 1;')).toEqual(['2 demand']);
    expect(found('// words-allow: holder (a term of RFC 7800)\n\nconst holder = 1;')).toEqual(['3 holder']);
  });
});
