import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './command.ts';
import { entryPoints, installTarballs } from './packaging.ts';
import type { Outcome } from './step.ts';
import { root } from './workspace.ts';

/** Settings of an application, with the versions in which they work. */
interface Pair {
  module: string;
  moduleResolution: string;
  file: 'application.ts' | 'application.mts' | 'application.cts';
  versions: readonly string[];
}

const compilers: Record<string, string> = {
  '5.4': 'scripts/node_modules/typescript-5-4/bin/tsc',
  '5.9': 'scripts/node_modules/typescript-5-9/bin/tsc',
  '6': 'scripts/node_modules/typescript-6/bin/tsc',
  '7': 'node_modules/typescript/bin/tsc',
};

const all = ['5.4', '5.9', '6', '7'];

/** The settings that README.md documents. */
export const typePairs: readonly Pair[] = [
  { module: 'commonjs', moduleResolution: 'node10', file: 'application.ts', versions: ['5.4', '5.9', '6'] },
  { module: 'node16', moduleResolution: 'node16', file: 'application.mts', versions: all },
  { module: 'nodenext', moduleResolution: 'nodenext', file: 'application.mts', versions: all },
  // TypeScript 5.8 knows that `require()` loads ES modules.
  { module: 'nodenext', moduleResolution: 'nodenext', file: 'application.cts', versions: ['5.9', '6', '7'] },
  { module: 'esnext', moduleResolution: 'bundler', file: 'application.ts', versions: all },
];

/** Imports every entry point, and fails to compile if one of them has no types. */
function application(): string {
  return entryPoints()
    .map((name, index) =>
      [
        `import * as entry${index} from '${name}';`,
        `export const typed${index}: 0 extends 1 & typeof entry${index} ? never : true = true;`,
      ].join('\n'),
    )
    .join('\n');
}

/** Links the declarations of Node.js and Express, which contain none themselves. */
function linkDeclarations(folder: string): void {
  const target = join(folder, 'node_modules', '@types');
  mkdirSync(target, { recursive: true });
  symlinkSync(realpathSync(join(root, 'node_modules/@types/node')), join(target, 'node'));
  symlinkSync(realpathSync(join(root, 'packages/express/node_modules/@types/express')), join(target, 'express'));
}

async function compile(folder: string, pair: Pair, version: string): Promise<string | undefined> {
  const { module, moduleResolution, file } = pair;
  const strict = String(version !== '5.9');
  const deprecations = moduleResolution === 'node10' && version === '6' ? ['--ignoreDeprecations', '6.0'] : [];
  const args = [
    ...['--noEmit', '--skipLibCheck', '--strict', strict, '--target', 'es2022', '--types', 'node'],
    ...['--esModuleInterop', '--module', module, '--moduleResolution', moduleResolution, ...deprecations, file],
  ];
  const compiler = join(root, compilers[version] ?? '');
  const { ok, output } = await run(process.execPath, [compiler, ...args], { cwd: folder });
  return ok ? undefined : `TypeScript ${version}, ${module}, ${moduleResolution}, ${file}\n${output}`;
}

/**
 * Compiles an application that imports every entry point of the installed tarballs, with each supported version of
 * TypeScript and each pair of `module` and `moduleResolution`; with `strict: false` in TypeScript 5.9.
 */
export async function tarballTypes(): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'verifier-types-'));
  try {
    await installTarballs(folder);
    linkDeclarations(folder);
    for (const file of new Set(typePairs.map(({ file }) => file))) writeFileSync(join(folder, file), application());
    const failures: string[] = [];
    const runs = typePairs.flatMap((pair) => pair.versions.map((version) => ({ pair, version })));
    for (const { pair, version } of runs) {
      const failure = await compile(folder, pair, version);
      if (failure !== undefined) failures.push(failure);
    }
    return { passed: runs.length - failures.length, failed: failures.length, skipped: 0, output: failures.join('\n') };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
