import { beforeAll, describe, expect, it } from 'vitest';
import { codeBlocksIn, completeBlocks, documentsWithCode } from '../src/code-blocks.ts';
import { compileBlocks } from '../src/compile-blocks.ts';

const documents = documentsWithCode();

describe('the code in', () => {
  let errors: readonly string[] = [];

  beforeAll(async () => {
    errors = await compileBlocks(completeBlocks());
  }, 120_000);

  // A block that is a part of a program begins with ```ts fragment.
  it.each(documents)('%s compiles as typed in', (document) => {
    expect(errors.filter((error) => error.startsWith(`${document}:`))).toEqual([]);
  });

  it('no other place fails', () => {
    expect(errors.filter((error) => !documents.some((document) => error.startsWith(`${document}:`)))).toEqual([]);
  });
});

it('an error in a block is reported with its line in the document', async () => {
  const blocks = codeBlocksIn('page.md', '# Page\n\n```ts\nconst a = 1;\nb();\n```\n\n```js\nc();\n```\n');
  expect(await compileBlocks(blocks)).toEqual([
    expect.stringMatching(/^page\.md:5: error TS2304: .*'b'/),
    expect.stringMatching(/^page\.md:9: error TS2304: .*'c'/),
  ]);
}, 60_000);
