import { describe, expect, it } from 'vitest';
import { changeFaults, missingPaths, withPicture } from '../architecture.ts';

function documentWith(rows: string[]): string {
  return ['<!-- changes: x -->', '', '| change | files |', '|---|---|', ...rows, '', '<!-- end of changes -->'].join(
    '\n',
  );
}

const good = '| a default | `errors.ts`, see `packages/core/README.md` |';

describe('the architecture document', () => {
  it('lists ten changes', () => {
    expect(changeFaults(documentWith(Array.from({ length: 10 }, () => good)))).toEqual([]);
    expect(changeFaults(documentWith([good]))).toEqual(['docs/architecture.md names 1 likely changes']);
  });

  it.each([
    ['no file', 'anywhere', 'names 0 files'],
    ['five files', Array.from({ length: 5 }, () => '`errors.ts`').join(), 'names 5 files'],
  ])('cannot name %s for a change', (_, files, fault) => {
    const rows = [...Array.from({ length: 9 }, () => good), `| a store | ${files} |`];
    expect(changeFaults(documentWith(rows))).toEqual([`docs/architecture.md, "a store": ${fault}`]);
  });

  it('names only existing paths of core and of the repository', () => {
    expect(missingPaths('`keys/`, `errors.ts`, `docs/errors.md`, `keys/no-such-file.ts`, `no-such-room/`')).toEqual([
      'docs/architecture.md: keys/no-such-file.ts does not exist',
      'docs/architecture.md: no-such-room/ does not exist',
    ]);
  });

  it('has a generated picture of the rooms between two markers', () => {
    const document = withPicture('before\n<!-- rooms: x -->\nold\n<!-- end of rooms -->\nafter');
    expect(document).toContain('`keys/`');
    expect(document).not.toContain('old');
    expect(withPicture(document)).toBe(document);
    expect(() => withPicture('nothing')).toThrow('no markers');
  });
});
