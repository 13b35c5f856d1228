import { spawnSync } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The folder of the repository. */
export const root: string = dirname(import.meta.dirname);

/** The folder for results. Git ignores it. */
export const resultsFolder: string = join(root, '.verifier');

/** The version of Node.js that the workspace installs for itself. */
export const mainVersion = 24;

/** The supported major versions of Node.js. */
export const supportedVersions: readonly number[] = [mainVersion, 22, 26];

/** The part of a package.json that the scripts read. */
export interface Manifest {
  name: string;
  private?: boolean;
  version?: string;
  exports?: Record<string, unknown>;
  scripts?: Record<string, string>;
  dependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  peerDependenciesMeta?: Record<string, { optional?: boolean }>;
}

export interface WorkspacePackage {
  folder: string;
  manifest: Manifest;
}

function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
}

/** Returns the packages that match a pattern, sorted by folder. */
export function packagesIn(pattern: string): WorkspacePackage[] {
  const manifests = globSync(`${pattern}/package.json`, { cwd: root }).sort();
  return manifests.map((file) => {
    const folder = join(root, dirname(file));
    return { folder, manifest: readManifest(folder) };
  });
}

/** Returns all published packages. */
export function publishedPackages(): WorkspacePackage[] {
  return packagesIn('packages/*').filter(({ manifest }) => manifest.private !== true);
}

/** Returns the path of an installed Node.js, or undefined if the workspace has none of that version for this machine. */
export function findNode(major: number): string | undefined {
  if (Number(process.versions.node.split('.')[0]) === major) return process.execPath;
  const file = join(root, 'scripts', 'node_modules', `node-${major}-linux-x64`, 'bin', 'node');
  return existsSync(file) && spawnSync(file, ['--version']).status === 0 ? file : undefined;
}
