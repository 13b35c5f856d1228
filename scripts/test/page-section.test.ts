import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PageSection } from '../page-section.ts';

const page = `# Page

## Other

\`\`\`sh
other
\`\`\`

## First test

\`\`\`ts fragment
// src/app.ts
run();
\`\`\`

\`\`\`sh
first
\`\`\`

\`\`\`sh
second
\`\`\`

## Last

\`\`\`sh
last
\`\`\`
`;

describe('a section of a page', () => {
  const section = new PageSection(page, 'First test');

  it('has its own blocks only', () => {
    expect(section.block('sh', 'second')).toBe('second\n');
    expect(() => section.block('sh', 'other')).toThrow('"First test" has no sh block with other');
    expect(() => section.block('sh', 'last')).toThrow('"First test" has no sh block with last');
  });

  it('writes the blocks that name their file', () => {
    const folder = mkdtempSync(join(tmpdir(), 'verifier-page-'));
    try {
      expect(section.writeFiles(folder)).toEqual(['src/app.ts']);
      expect(readFileSync(join(folder, 'src/app.ts'), 'utf8')).toBe('// src/app.ts\nrun();\n');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('must exist', () => {
    expect(() => new PageSection(page, 'First')).toThrow('The page has no section "First".');
  });
});
