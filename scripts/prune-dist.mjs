// Runs before the build of each package. Deletes outputs in dist whose source no longer exists.
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const entries = existsSync('dist') ? readdirSync('dist', { recursive: true, withFileTypes: true }) : [];

for (const entry of entries.filter((found) => found.isFile() && !found.name.startsWith('shared.js'))) {
  const output = join(entry.parentPath, entry.name);
  const source = output.replace(/^dist/, 'src').replace(/(\.d\.ts|\.js)(\.map)?$/, '.ts');
  if (!existsSync(source)) rmSync(output);
}
