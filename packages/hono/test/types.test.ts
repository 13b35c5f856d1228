import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const run = promisify(execFile);
const compiler = fileURLToPath(new URL('../../../node_modules/typescript/bin/tsc', import.meta.url));
const fileOf = (name: string): string => fileURLToPath(new URL(`types/${name}.ts`, import.meta.url));

const settings = ['--ignoreConfig', '--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2023'];
const exact = ['--exactOptionalPropertyTypes', '--noUncheckedIndexedAccess', '--noPropertyAccessFromIndexSignature'];
const onNode = ['--lib', 'es2023', '--types', 'node'];
const onTheWeb = ['--lib', 'es2023,dom,dom.iterable,dom.asynciterable', '--types', ''];

// Each is a separate program, because an augmentation applies to a whole program.
it.each([
  ['plain', 'without the augmentation, on Node.js', onNode],
  ['plain', 'without the augmentation, on the web', onTheWeb],
  ['augmented', 'with the augmentation', onTheWeb],
  ['rpc', 'as hc sees it', onTheWeb],
])('%s.ts compiles: %s', async (name, _how, platform) => {
  const { stdout } = await run(process.execPath, [compiler, ...settings, ...exact, ...platform, fileOf(name)]).catch(
    Object,
  );
  expect(stdout).toBe('');
});
