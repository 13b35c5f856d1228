import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { run } from './command.ts';
import type { Outcome } from './step.ts';
import { installOffline, linkTo, offlineSpecifiers } from './tarballs.ts';
import { type Manifest, packagesIn, root, type WorkspacePackage } from './workspace.ts';

interface ExampleManifest extends Manifest {
  devDependencies?: Record<string, string>;
}

// They read pages and alert rules of the repository, from which a copy is cut off.
const withoutCopy = ['documents', 'observability'];

/** Writes a copy of an example that depends on the tarballs, and on copies in the workspace for everything else. */
function copyExample({ folder, manifest }: WorkspacePackage, target: string): void {
  const { own } = offlineSpecifiers();
  const all: ExampleManifest = manifest;
  const names = Object.keys({ ...all.dependencies, ...all.devDependencies });
  const dependencies = Object.fromEntries(names.map((name) => [name, own[name] ?? linkTo(folder, name)]));
  mkdirSync(target, { recursive: true });
  for (const part of ['src', 'tsconfig.json']) cpSync(join(folder, part), join(target, part), { recursive: true });
  const { name, scripts } = manifest;
  writeFileSync(join(target, 'package.json'), JSON.stringify({ name, type: 'module', scripts, dependencies }));
}

/** Runs the examples in a folder outside of the workspace, with the packed tarballs. */
export async function packedExamples(): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'verifier-examples-'));
  const examples = packagesIn('examples/*').filter((example) => !withoutCopy.includes(basename(example.folder)));
  try {
    cpSync(join(root, 'tsconfig.base.json'), join(folder, 'tsconfig.base.json'));
    const dependencies = { '@types/node': linkTo(root, '@types/node') };
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'examples', private: true, dependencies }));
    for (const example of examples) copyExample(example, join(folder, 'examples', basename(example.folder)));
    await installOffline(folder, ['examples/*']);
    const failures: string[] = [];
    for (const { folder: source } of examples) {
      const copy = join(folder, 'examples', basename(source));
      const { ok, output } = await run('pnpm', ['--silent', '--dir', copy, 'start'], { timeout: 60 });
      if (!ok) failures.push(`${basename(source)}\n${output}`);
    }
    const passed = examples.length - failures.length;
    return { passed, failed: failures.length, skipped: 0, output: failures.join('\n') };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
