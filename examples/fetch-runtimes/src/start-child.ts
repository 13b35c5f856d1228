import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Endpoint, Settings } from './start.ts';

/** Runs a program of this folder on Bun or Deno. The program prints `listening on <port>`. */
export async function startChild(
  runtime: 'bun' | 'deno',
  args: readonly string[],
  { issuer, audience }: Settings,
): Promise<Endpoint> {
  const child = spawn(programOf(runtime), args, {
    cwd: import.meta.dirname,
    env: { ...process.env, ISSUER: issuer, AUDIENCE: audience, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const [line = '']: string[] = await Promise.race([once(createInterface({ input: child.stdout }), 'line'), exited]);
  const port = /^listening on (\d+)$/.exec(line)?.[1];
  if (port === undefined) throw new Error(`${runtime} does not listen; it printed: ${line}`);
  return {
    send: (headers) => fetch(`http://127.0.0.1:${port}/orders`, { headers }),
    close: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

// The npm packages of both runtimes depend on one package for each platform, which contains the program.
function programOf(runtime: 'bun' | 'deno'): string {
  const manifest = createRequire(import.meta.url).resolve(`${runtime}/package.json`);
  const require = createRequire(manifest);
  const names = Object.keys(require(manifest).optionalDependencies);
  const folders = names.flatMap((name) => folderOf(require, name));
  const programs = folders.map((folder) => join(folder, runtime === 'bun' ? 'bin/bun' : 'deno'));
  const program = programs.find((file) => existsSync(file));
  if (program === undefined) throw new Error(`There is no ${runtime} for ${process.platform} on ${process.arch}`);
  return program;
}

// Only the package for this platform is installed.
function folderOf(require: NodeJS.Require, name: string): string[] {
  try {
    return [dirname(require.resolve(`${name}/package.json`))];
  } catch {
    return [];
  }
}
