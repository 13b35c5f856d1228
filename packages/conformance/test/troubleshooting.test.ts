import { readFileSync } from 'node:fs';
import { mistakes } from '@verifier/conformance';
import { describe, expect, it } from 'vitest';

const root = new URL('../../../', import.meta.url);
const page = read('docs/troubleshooting.md');

function read(file: string): string {
  return readFileSync(new URL(file, root), 'utf8');
}

/** The rows of the only table of the page. */
function rowsOf(text: string): string[] {
  return text.split('\n').filter((line) => line.startsWith('| '));
}

describe('docs/troubleshooting.md', () => {
  it('[MISTAKES-DOCUMENTED] has one row for each mistake, in their order, and no other', () => {
    const rows = mistakes.map(({ name, status, line, fix }) => `| ${name} | ${status} | \`${line}\` | ${fix} |`);
    expect(rowsOf(page).slice(1)).toEqual(rows);
  });

  it.each(['express', 'fastify', 'hono', 'nest', 'core'])(
    '[MISTAKES-DOCUMENTED] is linked from "My token gets a 401" in the README of @verifier/%s',
    (name) => {
      const [, section = ''] = read(`packages/${name}/README.md`).split('## My token gets a 401');
      expect(section.split('\n## ')[0]).toContain('(../../docs/troubleshooting.md)');
    },
  );

  it('[MISTAKES-DOCUMENTED] is linked from the README and from docs/errors.md', () => {
    expect(read('README.md')).toContain('(docs/troubleshooting.md)');
    expect(read('docs/errors.md')).toContain('(troubleshooting.md)');
  });
});
