import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

/** The folder of this example, from which the packages of the workspace resolve. */
export const folder: string = fileURLToPath(new URL('..', import.meta.url));

/** Starts Node.js in the folder of this example; its environment is PATH and `env`. */
export function startNode(args: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
  const { PATH } = process.env;
  return spawn(process.execPath, args, { cwd: folder, env: { PATH, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
}

/** The exit code and the output of a process. */
export interface ProcessResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Waits for a process to exit. */
export async function processResult(child: ChildProcess): Promise<ProcessResult> {
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error('The process has no output');
  const [[code], written, errors] = await Promise.all([once(child, 'close'), text(stdout), text(stderr)]);
  return { code, stdout: written, stderr: errors };
}
