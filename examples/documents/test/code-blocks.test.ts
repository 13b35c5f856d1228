import { describe, expect, it } from 'vitest';
import { codeBlocksIn, codeBlockWith, documentsWithCode } from '../src/code-blocks.ts';

const page = [
  '# Page',
  '',
  '```ts',
  "import 'a';",
  '```',
  '',
  '```sh',
  'ls',
  '```',
  '',
  '```js fragment',
  'b();',
  '```',
  '',
];

describe('the code blocks of a document', () => {
  it('are those in TypeScript and JavaScript, with their line', () => {
    expect(codeBlocksIn('page.md', page.join('\n'))).toEqual([
      { document: 'page.md', line: 3, language: 'ts', isFragment: false, code: "import 'a';\n" },
      { document: 'page.md', line: 11, language: 'js', isFragment: true, code: 'b();\n' },
    ]);
  });

  it('do not include a fence with another mark', () => {
    expect(codeBlocksIn('page.md', '```ts fragments\nb();\n```\n')).toEqual([]);
  });

  it('are found by a text that one block contains', () => {
    expect(codeBlockWith('README.md', '@verifier/hono').language).toBe('ts');
    expect(() => codeBlockWith('README.md', 'app')).toThrow('not one block');
  });

  it.each(['README.md', 'docs/operations.md', 'docs/testing.md', 'packages/core/README.md'])(
    'of %s are compiled',
    (document) => expect(documentsWithCode()).toContain(document),
  );
});
