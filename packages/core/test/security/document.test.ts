import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { stricterThanJose } from '../runtime/stricter-than-jose.ts';

const page = readFileSync(new URL('../../../../docs/security.md', import.meta.url), 'utf8');

function section(title: string): string {
  const [, text = ''] = page.split(`## ${title}\n`);
  return text.split('\n## ')[0] ?? '';
}

describe('docs/security.md', () => {
  it('lists exactly the tokens that jose accepts and this project refuses', () => {
    const listed = section('Stricter than jose')
      .split('\n')
      .filter((line) => line.startsWith('- '));
    expect(listed).toEqual(stricterThanJose.map(({ code, why }) => `- ${why} \`${code}\``));
  });

  it('names a test for each claim of the table', () => {
    const rows = section('What is checked')
      .split('\n')
      .filter((line) => line.startsWith('| ') && !line.startsWith('| claim'));
    expect(rows.length).toBeGreaterThan(15);
    for (const row of rows) expect(row).toMatch(/\]\(\.\.\/packages\/[\w\-./]+\.ts\)/);
  });
});
