import { globSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './command.ts';
import type { Outcome } from './step.ts';
import { root } from './workspace.ts';

const compiler = join(root, 'scripts', 'node_modules', 'typescript-6', 'bin', 'tsc');

const settings = ['--ignoreConfig', '--noEmit', '--strict', '--skipLibCheck', '--experimentalDecorators'];
const platform = ['--module', 'nodenext', '--target', 'es2023', '--lib', 'es2023,dom,dom.iterable,dom.asynciterable'];

/**
 * Compiles application code with the previous major version of TypeScript; the tests of each package use the current
 * version. Each file is a separate program, because a module augmentation applies to a whole program.
 */
export async function consumerTypes(): Promise<Outcome> {
  const failures: string[] = [];
  const files = globSync('packages/*/test/types/*.ts', { cwd: root }).sort();
  for (const file of files) {
    const { ok, output } = await run(process.execPath, [compiler, ...settings, ...platform, '--types', 'node', file]);
    if (!ok) failures.push(`${file}\n${output}`);
  }
  return { passed: files.length - failures.length, failed: failures.length, skipped: 0, output: failures.join('\n') };
}
