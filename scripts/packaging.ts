import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run, runOrThrow } from './command.ts';
import { readmeFaults } from './readme-faults.ts';
import { failed, type Outcome, passed, skipped } from './step.ts';
import { installOffline, offlineSpecifiers, type Tarball, tarballFolder, tarballs } from './tarballs.ts';
import { findNode, type Manifest, publishedPackages, root } from './workspace.ts';

/** Packs every published package. */
export async function pack(): Promise<Outcome> {
  rmSync(tarballFolder, { recursive: true, force: true });
  mkdirSync(tarballFolder, { recursive: true });
  for (const { folder } of publishedPackages()) {
    await runOrThrow('pnpm', ['pack', '--pack-destination', tarballFolder], { cwd: folder });
  }
  return passed();
}

/** Runs a program on every tarball. Each tarball counts as one result. */
async function runOnTarballs(program: string, args: string[]): Promise<Outcome> {
  const command = join(root, 'scripts', 'node_modules', '.bin', program);
  const results = await Promise.all(tarballs().map(({ file }) => run(command, [...args, file])));
  const failures = results.filter(({ ok }) => !ok);
  return {
    passed: results.length - failures.length,
    failed: failures.length,
    skipped: 0,
    output: failures.map((r) => r.output).join('\n'),
  };
}

export function publint(): Promise<Outcome> {
  return runOnTarballs('publint', ['--strict']);
}

/** The packages contain ES modules only; {@link smoke} tests `require()` of them. */
export function typesResolve(): Promise<Outcome> {
  return runOnTarballs('attw', ['--ignore-rules', 'cjs-resolves-to-esm', '--no-emoji', '--format', 'table-flipped']);
}

const allowedFiles: RegExp =
  /^(package\.json|README\.md|CHANGELOG\.md|LICENSE|dist\/.+\.(js|d\.ts)(\.map)?|src\/.+\.ts)$/;

function versionFaults(manifest: Manifest): string[] {
  const ranges = Object.entries({ ...manifest.dependencies, ...manifest.peerDependencies });
  return ranges.filter(([, range]) => /^(workspace|catalog|file|link):/.test(range)).map((entry) => entry.join(' '));
}

// Package managers run these scripts on the machine of the user.
const installHooks = ['preinstall', 'install', 'postinstall', 'prepublish', 'preprepare', 'prepare', 'postprepare'];

function scriptFaults({ scripts = {} }: Manifest): string[] {
  return installHooks.filter((name) => name in scripts).map((name) => `the script "${name}" would run at installation`);
}

function fileFaults(files: string[]): string[] {
  const stray = files
    .filter((file) => !allowedFiles.test(file))
    .map((file) => `${file} does not belong in the tarball`);
  const outputs = files.filter((file) => file.startsWith('dist/'));
  const sources = new Set(files);
  // Shared code of several entry points; the bundle has no single source for it.
  const orphans = outputs
    .filter((file) => !/^dist\/shared\.js(\.map)?$/.test(file))
    .filter((file) => !sources.has(file.replace(/^dist/, 'src').replace(/(\.d\.ts|\.js)(\.map)?$/, '.ts')))
    .map((file) => `${file} has no source`);
  const missing = ['LICENSE', 'README.md', 'dist/index.js', 'dist/index.d.ts'].filter((file) => !sources.has(file));
  return [...stray, ...orphans, ...missing.map((file) => `${file} is missing`)];
}

async function contentFaults({ file, source }: Tarball): Promise<string[]> {
  const list = await runOrThrow('tar', ['-tzf', file]);
  const files = list
    .split('\n')
    .filter(Boolean)
    .map((name) => name.replace(/^package\//, ''));
  const manifest = JSON.parse(await runOrThrow('tar', ['-xzOf', file, 'package/package.json'])) as Manifest;
  const readme = await runOrThrow('tar', ['-xzOf', file, 'package/README.md']);
  const dead = readmeFaults(readme, files);
  const faults = [...fileFaults(files), ...versionFaults(manifest), ...scriptFaults(manifest), ...dead];
  return faults.map((fault) => `${source.manifest.name}: ${fault}`);
}

/** Fails unless each tarball contains exactly the build, its sources, the license and the documents. */
export async function contents(): Promise<Outcome> {
  const faults = (await Promise.all(tarballs().map(contentFaults))).flat();
  return faults.length === 0 ? passed() : failed(faults.join('\n'));
}

/** Installs the tarballs into a folder outside of the workspace. */
export async function installTarballs(folder: string): Promise<void> {
  const { own, links } = offlineSpecifiers();
  const manifest = { name: 'smoke', private: true, dependencies: { ...own, ...links } };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  await installOffline(folder);
}

/** Returns the specifiers of every entry point of the published packages. */
export function entryPoints(): string[] {
  return publishedPackages().flatMap(({ manifest: { name, exports = {} } }) =>
    Object.keys(exports)
      .filter((key) => key !== './package.json' && !key.includes('*'))
      .map((key) => name + key.slice(1)),
  );
}

/** `require()` and `import` must return the same names, and at least one name. */
const comparison = `
const names = namespace => Object.keys(namespace).filter(name => name !== 'module.exports' && name !== '__esModule').sort();
const [name] = process.argv.slice(1);
const required = names(require(name));
import(name).then(namespace => {
  const imported = names(namespace);
  if (String(required) !== String(imported)) throw new Error(\`require() gives \${required}, import gives \${imported}\`);
  if (required.length === 0 && name.split('/').length === 2) throw new Error('exports nothing');
});
`;

async function smokeOn(node: string, folder: string): Promise<Outcome> {
  const names = entryPoints();
  const results = await Promise.all(
    names.map((name) => run(node, ['-e', comparison, name], { cwd: folder, timeout: 30 })),
  );
  const outputs = results.map(({ output }, index) => `${names[index]}: ${output}`);
  const failures = outputs.filter((output, index) => results[index]?.ok !== true || /warning/i.test(output));
  return { passed: names.length - failures.length, failed: failures.length, skipped: 0, output: failures.join('\n') };
}

/** Loads every entry point of the installed tarballs with `require()` and with `import`, without a warning. */
export async function smoke(major: number): Promise<Outcome> {
  const node = findNode(major);
  if (node === undefined) return skipped(`the workspace has no Node.js ${major} for this machine`);
  const folder = mkdtempSync(join(tmpdir(), 'verifier-smoke-'));
  try {
    await installTarballs(folder);
    return await smokeOn(node, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
