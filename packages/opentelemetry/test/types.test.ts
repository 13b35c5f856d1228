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
  '--types',
  'node',
  '--target',
  'es2023',
  '--lib',
  'es2023',
];
const exact = ['--exactOptionalPropertyTypes', '--noUncheckedIndexedAccess', '--noPropertyAccessFromIndexSignature'];

// Library types are checked too.
it('application code compiles, and wrong options do not', async () => {
  const { stdout } = await run(process.execPath, [compiler, ...settings, ...exact, fileOf('plain')]).catch(Object);
  expect(stdout).toBe('');
});
