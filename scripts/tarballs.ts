import { readdirSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runOrThrow } from './command.ts';
import { publishedPackages, resultsFolder, type WorkspacePackage } from './workspace.ts';

export const tarballFolder: string = join(resultsFolder, 'tarballs');

export interface Tarball {
  file: string;
  source: WorkspacePackage;
}

/** Returns the packed tarballs. */
export function tarballs(): Tarball[] {
  const files = readdirSync(tarballFolder);
  return publishedPackages().map((source) => {
    const prefix = `${source.manifest.name.replace('@', '').replace('/', '-')}-`;
    const file = files.find((name) => name.startsWith(prefix));
    if (file === undefined) throw new Error(`${source.manifest.name} was not packed`);
    return { file: join(tarballFolder, file), source };
  });
}

/** Returns the specifier of a copy in the `node_modules` of a folder. Throws if the folder has none. */
export function linkTo(folder: string, name: string): string {
  return `link:${realpathSync(join(folder, 'node_modules', name))}`;
}

/** Links third-party dependencies to the copies in the workspace, so that the installation needs no network. */
function thirdParty({ folder, manifest }: WorkspacePackage): Record<string, string> {
  const names = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies });
  const foreign = names.filter((name) => !name.startsWith('@verifier/') && !name.startsWith('@types/'));
  return Object.fromEntries(foreign.map((name) => [name, linkTo(folder, name)]));
}

/** Returns the specifiers of all tarballs, and of the copies of their dependencies in the workspace. */
export function offlineSpecifiers(): { own: Record<string, string>; links: Record<string, string> } {
  const packed = tarballs();
  const own = Object.fromEntries(packed.map(({ file, source }) => [source.manifest.name, `file:${file}`]));
  return { own, links: Object.assign({}, ...packed.map(({ source }) => thirdParty(source))) };
}

/** Installs what the manifests of a folder outside of the workspace name, without a network. */
export async function installOffline(folder: string, packages: string[] = []): Promise<void> {
  const { own, links } = offlineSpecifiers();
  const settings = { packages, overrides: { ...own, ...links }, pmOnFail: 'ignore', autoInstallPeers: false };
  // JSON is valid YAML.
  writeFileSync(join(folder, 'pnpm-workspace.yaml'), JSON.stringify(settings));
  await runOrThrow('pnpm', ['install', '--offline', '--no-frozen-lockfile'], { cwd: folder });
}
