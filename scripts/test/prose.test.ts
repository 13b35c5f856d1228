import { describe, expect, it } from 'vitest';
import { proseFaults } from '../prose.ts';

const words = (count: number): string => Array.from({ length: count }, () => 'word').join(' ');

describe('a page', () => {
  it.each([
    ['a sentence of 25 words', `${words(25)}.`],
    ['three sentences', 'One. Two. Three.'],
    ['three sentences in each paragraph', 'One. Two. Three.\n\nFour. Five.'],
    ['list items', '- One. Two.\n- Three. Four.\n1. Five. Six.'],
    ['a heading', `# ${words(40)}`],
    ['a row of a table', `| ${words(40)} |`],
    ['code', `\`\`\`sh\n${words(40)}\n\`\`\``],
    ['a link with a long target', `[${words(20)}](https://example.com/a-b-c-d) ${words(5)}.`],
    ['a sentence that starts with a number', `${words(20)}. 401 ${words(20)}.`],
    ['a stop inside code', 'Set `http. Timeout` to 5. Then `a. B`.'],
  ])('may have %s', (_, page) => {
    expect(proseFaults('a.md', page)).toEqual([]);
  });

  it.each([
    ['a sentence of 26 words', `Title\n\n${words(26)}.`, 'a.md:3: 26 words, at most 25'],
    ['a sentence that continues on the next line', `${words(13)}\n${words(13)}.`, 'a.md:1: 26 words, at most 25'],
    ['four sentences of which one starts with a number', 'One. 2 apples. Three. Four.', 'of 4 sentences'],
    ['a long list item', `- ${words(26)}`, 'a.md:1: 26 words, at most 25'],
    ['four sentences', 'One. Two.\nThree. Four.', 'a.md:1: a paragraph of 4 sentences, at most 3'],
    ['four sentences that start with code or a link', '`a` is. `b` is. [C](d) is. [e/f.ts](g) is.', 'of 4 sentences'],
  ])('may not have %s', (_, page, fault) => {
    expect(proseFaults('a.md', page)).toEqual([expect.stringContaining(fault)]);
  });
});
