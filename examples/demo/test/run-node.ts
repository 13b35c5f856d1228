import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

/** The folder of this example: what runs in it finds the packages of the workspace. */
export const folder: string = fileURLToPath(new URL('..', import.meta.url));

/** Starts Node.js in the folder of this example, with a plain environment but for what is given. */
export function startNode(args: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
  const { PATH } = process.env;
  return spawn(process.execPath, args, { cwd: folder, env: { PATH, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
}

/** What a process wrote, and how it ended. */
export interface Ending {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Waits for the end of a process. */
export async function ending(child: ChildProcess): Promise<Ending> {
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error('The process has no output');
  const [[code], written, errors] = await Promise.all([once(child, 'close'), text(stdout), text(stderr)]);
  return { code, stdout: written, stderr: errors };
}
