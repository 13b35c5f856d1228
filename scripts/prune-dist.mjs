// Run by each package before it is built: deletes what an earlier build left in dist and no source stands for.
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const entries = existsSync('dist') ? readdirSync('dist', { recursive: true, withFileTypes: true }) : [];

for (const entry of entries.filter((found) => found.isFile() && !found.name.startsWith('shared.js'))) {
  const output = join(entry.parentPath, entry.name);
  const source = output.replace(/^dist/, 'src').replace(/(\.d\.ts|\.js)(\.map)?$/, '.ts');
  if (!existsSync(source)) rmSync(output);
}
