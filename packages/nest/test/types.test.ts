import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const run = promisify(execFile);
const compiler = fileURLToPath(new URL('../../../node_modules/typescript/bin/tsc', import.meta.url));
const file = fileURLToPath(new URL('types/plain.ts', import.meta.url));

const settings = [
  '--ignoreConfig',
  '--noEmit',
  '--strict',
  '--experimentalDecorators',
  // Some types of Nest's dependencies do not compile.
  '--skipLibCheck',
  '--types',
  'node',
];
const modern = ['--module', 'nodenext', '--target', 'es2023', '--lib', 'es2023,dom'];
const exact = ['--exactOptionalPropertyTypes', '--noUncheckedIndexedAccess', '--noPropertyAccessFromIndexSignature'];

it.each([
  ['with exact types', exact],
  ['with metadata of types', ['--emitDecoratorMetadata']],
])('the types are as documented, %s', async (_name, more) => {
  const args = [compiler, ...settings, ...modern, ...more, file];
  const { stdout } = await run(process.execPath, args).catch(Object);
  expect(stdout).toBe('');
});
