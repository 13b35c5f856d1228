import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** Returns the path of Bun. Its package depends on one package for each platform, of which one is installed. */
export function findBun(): string {
  const manifest = createRequire(import.meta.url).resolve('bun/package.json');
  const require = createRequire(manifest);
  const names = Object.keys(require(manifest).optionalDependencies);
  const program = names.flatMap((name) => programIn(require, name)).find((file) => existsSync(file));
  if (program === undefined) throw new Error('There is no Bun for this platform');
  return program;
}

function programIn(require: NodeJS.Require, name: string): string[] {
  try {
    return [join(dirname(require.resolve(`${name}/package.json`)), 'bin/bun')];
  } catch {
    return [];
  }
}
