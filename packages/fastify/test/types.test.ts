import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const run = promisify(execFile);
const compiler = fileURLToPath(new URL('../../../node_modules/typescript/bin/tsc', import.meta.url));
const fileOf = (name: string): string => fileURLToPath(new URL(`types/${name}.ts`, import.meta.url));

// The types of Fastify itself do not compile.
const settings = ['--ignoreConfig', '--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext'];
const language = ['--target', 'es2023', '--lib', 'es2023', '--types', 'node'];
const exact = ['--exactOptionalPropertyTypes', '--noUncheckedIndexedAccess', '--noPropertyAccessFromIndexSignature'];

// Each is a separate program, because an augmentation applies to a whole program.
it.each([
  ['usage', 'every way of using it, whatever the types of route, server, logger and type provider'],
  ['with-others', 'with @fastify/auth, @fastify/jwt and @fastify/swagger, under its own name'],
])('%s.ts compiles: %s', async (name) => {
  const { stdout } = await run(process.execPath, [compiler, ...settings, ...language, ...exact, fileOf(name)]).catch(
    Object,
  );
  expect(stdout).toBe('');
});
