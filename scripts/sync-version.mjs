// packages/core/src/version.ts repeats the version of core's package.json, so that the package reads no file at run time.
// `--write` updates it. Without `--write` a difference is an error.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const core = new URL('../packages/core/', import.meta.url);
const file = fileURLToPath(new URL('src/version.ts', core));

const { version } = JSON.parse(readFileSync(new URL('package.json', core), 'utf8'));
const expected = `/** The version of this package. Written by scripts/sync-version.mjs. */\nexport const version: string = '${version}';\n`;
const found = existsSync(file) ? readFileSync(file, 'utf8') : '';

if (process.argv.includes('--write')) {
  writeFileSync(file, expected);
} else if (found !== expected) {
  console.error("packages/core/src/version.ts is not core's version: run `node scripts/sync-version.mjs --write`.");
  process.exitCode = 1;
}
