import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The programs that some tests need and npm does not install, with their Debian packages. */
export const programPackages = {
  nginx: 'nginx-light',
  caddy: 'caddy',
  prometheus: 'prometheus',
  promtool: 'prometheus',
} as const;

export type ProgramName = keyof typeof programPackages;

// Debian installs servers where the PATH of a user does not look.
const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/local/sbin', '/usr/sbin', '/sbin'];

/** Returns the file of an installed program; undefined if it is not installed. */
export function findProgram(name: ProgramName): string | undefined {
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
