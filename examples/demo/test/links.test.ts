import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { folder } from './run-node.ts';

const root = join(folder, '../..');
const patterns = [
  '*.md',
  'docs/**/*.md',
  '.github/**/*.md',
  '{packages,examples}/*/README.md',
  'packages/*/test/**/*.md',
];
const documents = globSync(patterns, { cwd: root, exclude: ['**/node_modules/**'] }).sort();

/** Returns the targets of relative links: `path`, `path#heading` or `#heading`. */
function linksIn(text: string): string[] {
  const prose = text.replaceAll(/^( *)```.*?^\1```$/gms, '');
  const inline = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
  const references = [...prose.matchAll(/^\[[^\]]+\]: (\S+)$/gm)].map(([, target = '']) => target);
  return [...inline, ...references].filter((target) => !/^[a-z]+:/.test(target));
}

/** Returns the anchor of each heading, as GitHub derives it. */
function anchorsIn(text: string): string[] {
  const headings = text.replaceAll(/^( *)```.*?^\1```$/gms, '').matchAll(/^#+ (.+)$/gm);
  return [...headings].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(' ', '-'),
  );
}

function isBroken(document: string, link: string): boolean {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? join(root, document) : join(root, dirname(document), path);
  if (!existsSync(target)) return true;
  return anchor !== undefined && target.endsWith('.md') && !anchorsIn(readFileSync(target, 'utf8')).includes(anchor);
}

describe('relative links', () => {
  it.each(documents)('of %s lead to existing files and headings', (document) => {
    const links = linksIn(readFileSync(join(root, document), 'utf8'));
    expect(links.filter((link) => isBroken(document, link))).toEqual([]);
  });

  it.each([
    'docs/decisions/README.md',
    '.github/pull_request_template.md',
    'packages/core/README.md',
    'packages/core/test/support/README.md',
    'VERSIONING.md',
    'REVIEW.md',
    'CONTRIBUTING.md',
    'SECURITY.md',
  ])('of %s are part of this test', (document) => {
    expect(documents).toContain(document);
  });
});

it('CONTRIBUTING.md leads to the test guide, the requirements and the commands that measure', () => {
  const text = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8');
  expect(linksIn(text)).toEqual(
    expect.arrayContaining(['packages/core/test/support/README.md', 'docs/requirements.md', 'REVIEW.md']),
  );
  expect(text).toContain('npm run bench -- --check');
  expect(text).toContain('npm run trace');
});
