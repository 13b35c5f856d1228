import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, it } from 'vitest';
import { packagesIn } from '../workspace.ts';

const examples = packagesIn('examples/*').filter(({ folder }) => basename(folder) !== 'demo');

// A contributor has npm only; pnpm is a dependency of the workspace.
it.each(examples.map(({ folder }) => folder))('%s names commands that need npm only', (folder) => {
  const page = readFileSync(join(folder, 'README.md'), 'utf8');
  expect(page).toContain(`\`\`\`sh\nnpm run build\nnpx pnpm --dir examples/${basename(folder)} start\n\`\`\``);
});
