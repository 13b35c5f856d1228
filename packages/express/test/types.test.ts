import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const run = promisify(execFile);
const compiler = fileURLToPath(new URL('../../../node_modules/typescript/bin/tsc', import.meta.url));
const fileOf = (name: string): string => fileURLToPath(new URL(`types/${name}.ts`, import.meta.url));

const settings = [
  '--ignoreConfig',
  '--noEmit',
  '--strict',
  '--module',
  'nodenext',
  '--target',
  'es2023',
  '--lib',
  'es2023',
];
const exact = ['--exactOptionalPropertyTypes', '--noUncheckedIndexedAccess', '--noPropertyAccessFromIndexSignature'];

// Each is a separate program, because an augmentation applies to a whole program. Library types are checked too.
it.each([
  ['plain', 'without the augmentation, Express 5'],
  ['plain-4', 'without the augmentation, Express 4'],
  ['augmented', 'with the augmentation, Express 5'],
  ['augmented-4', 'with the augmentation, Express 4'],
  ['with-another', "with another library's augmentation"],
])('%s.ts compiles: %s', async (name) => {
  const { stdout } = await run(process.execPath, [compiler, ...settings, ...exact, fileOf(name)]).catch(Object);
  expect(stdout).toBe('');
});
