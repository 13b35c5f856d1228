import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));
const bundle = fileURLToPath(new URL('../../../../scripts/bundle.mjs', import.meta.url));

/** This package as it is published, in a folder of its own. */
export interface BuiltCore {
  /** The file URL of its entry. */
  readonly entry: string;
  /** Another copy, as a second version range would have it installed. */
  copy(): Promise<BuiltCore>;
  remove(): Promise<void>;
}

/** Builds the package from its sources. */
export async function buildCore(): Promise<BuiltCore> {
  const folder = await createFolder();
  await run(process.execPath, [bundle, join(folder, 'dist')], { cwd: root });
  return describeFolder(folder);
}

function describeFolder(folder: string): BuiltCore {
  return {
    entry: pathToFileURL(join(folder, 'dist/index.js')).href,
    copy: async () => {
      const target = await createFolder();
      await cp(join(folder, 'dist'), join(target, 'dist'), { recursive: true });
      return describeFolder(target);
    },
    remove: () => rm(folder, { recursive: true }),
  };
}

async function createFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'verifier-core-'));
  await cp(join(root, 'package.json'), join(folder, 'package.json'));
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}
