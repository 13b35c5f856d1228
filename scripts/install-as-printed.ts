import { writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { installOffline, linkTo, offlineSpecifiers } from './tarballs.ts';
import { root } from './workspace.ts';

/** The workspace has all packages that the pages name in one of these folders. */
function linkToWorkspace(name: string): string {
  for (const folder of [join(root, 'examples', 'documents'), root]) {
    try {
      return linkTo(folder, name);
    } catch {
      // The next folder.
    }
  }
  throw new Error(`The workspace has no copy of ${name}, which the page installs.`);
}

/**
 * Installs the packages that the `npm` commands of a page name, and nothing else.
 *
 * @param more - Packages that the application has for another reason.
 */
export async function installAsPrinted(commands: string, folder: string, more: string[] = []): Promise<void> {
  const installed = [...commands.matchAll(/^npm install (?:-D )?(.+)$/gm)].flatMap(([, names = '']) =>
    names.split(' '),
  );
  const settings = [...commands.matchAll(/^npm pkg set (\w+)=(\w+)$/gm)].map(([, name = '', value]) => [name, value]);
  const { own } = offlineSpecifiers();
  const dependencies = [...installed, ...more].map((name) => [name, own[name] ?? linkToWorkspace(name)]);
  // `npm init` writes this type.
  const manifest = {
    type: 'commonjs',
    ...Object.fromEntries(settings),
    dependencies: Object.fromEntries(dependencies),
  };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  await installOffline(folder);
}

/** Returns the `PATH` of an application: its programs, and the Node.js of the workspace. */
export function pathOf(folder: string): string {
  return [join(folder, 'node_modules', '.bin'), dirname(process.execPath), process.env['PATH']].join(delimiter);
}
