import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { RunningApp } from '@verifier/conformance';

/** Starts a program that listens, and tells so by a line such as `listening on 3000`. */
export async function startChild(file: string, args: readonly string[]): Promise<RunningApp> {
  const child = spawn(file, args, { cwd: import.meta.dirname, stdio: ['ignore', 'pipe', 'pipe'] });
  const port = await listeningPort(child);
  return {
    origin: `http://127.0.0.1:${port}`,
    close: async () => {
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
  };
}

function listeningPort(child: ChildProcess): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const output: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue;
    createInterface({ input: stream }).on('line', (line) => {
      output.push(line);
      const port = /^listening on (\d+)$/.exec(line)?.[1];
      if (port !== undefined) resolve(port);
    });
  }
  child.on('error', reject);
  child.on('exit', (code) => reject(new Error(`It ended with ${code}:\n${output.join('\n')}`)));
  return promise;
}
