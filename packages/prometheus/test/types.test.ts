import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const compiler = fileURLToPath(new URL('../../../node_modules/typescript/bin/tsc', import.meta.url));
const program = fileURLToPath(new URL('types/plain.ts', import.meta.url));
const settings = ['--ignoreConfig', '--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2023'];
const exact = ['--exactOptionalPropertyTypes', '--noUncheckedIndexedAccess', '--noPropertyAccessFromIndexSignature'];

it('plain.ts compiles', async () => {
  const args = [compiler, ...settings, ...exact, '--types', 'node', program];
  const { stdout } = await promisify(execFile)(process.execPath, args).catch(Object);
  expect(stdout).toBe('');
});
