import { globSync, readFileSync } from 'node:fs';
import { access } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { folder } from './run-node.ts';

const root = join(folder, '../..');
const documents = globSync(['*.md', 'docs/*.md', 'examples/demo/*.md'], { cwd: root });

function linksIn(text: string): string[] {
  const targets = text.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g);
  return [...targets].flatMap(([, target = '']) => (/^[a-z]+:/.test(target) ? [] : [target]));
}

it.each(documents)('%s links only to what is there', async (document) => {
  for (const link of linksIn(readFileSync(join(root, document), 'utf8'))) {
    await expect(access(join(root, dirname(document), link)), link).resolves.toBeUndefined();
  }
});
