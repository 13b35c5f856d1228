import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const files = { bun: 'bin/bun', deno: 'deno' } as const;

/**
 * The program of a runtime, out of the package for this platform that its npm package depends on. The script that would
 * put it in its place at install time is not run.
 */
export function binaryOf(runtime: keyof typeof files): string {
  const manifest = createRequire(import.meta.url).resolve(`${runtime}/package.json`);
  const near = createRequire(manifest);
  const { optionalDependencies = {} }: { optionalDependencies?: Record<string, string> } = near(manifest);
  const folders = Object.keys(optionalDependencies).flatMap((name) => packageFolder(near, name));
  const programs = folders.flatMap((folder) => ['', '.exe'].map((end) => join(folder, files[runtime] + end)));
  const program = programs.find((file) => existsSync(file));
  if (program === undefined) throw new Error(`There is no ${runtime} for ${process.platform} on ${process.arch}`);
  return program;
}

function packageFolder(near: NodeJS.Require, name: string): string[] {
  try {
    return [dirname(near.resolve(`${name}/package.json`))];
  } catch {
    return [];
  }
}
