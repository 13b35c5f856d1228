import { spawn } from 'node:child_process';
import { root } from './workspace.ts';

export interface CommandOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** Passes the output through instead of collecting it. */
  live?: boolean;
  /** The standard input; empty by default. */
  input?: string;
  /** In seconds, 600 by default; a command that takes longer is killed and counts as failed. */
  timeout?: number;
}

export interface CommandResult {
  ok: boolean;
  output: string;
}

/** Node.js warns if both variables are set. */
const plain = { FORCE_COLOR: '0', NO_COLOR: undefined };

/** Runs a program until it exits. Never rejects: a program that cannot be started counts as failed. */
export function run(file: string, args: string[], options: CommandOptions = {}): Promise<CommandResult> {
  const { cwd = root, env, live = false, input, timeout = 600 } = options;
  const { promise, resolve } = Promise.withResolvers<CommandResult>();
  const chunks: string[] = [];
  const child = spawn(file, args, {
    cwd,
    env: { ...process.env, ...(live ? {} : plain), ...env },
    stdio: [input === undefined ? 'ignore' : 'pipe', live ? 'inherit' : 'pipe', live ? 'inherit' : 'pipe'],
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => chunks.push(text));
  }
  child.stdin?.end(input);
  const timer = setTimeout(() => {
    chunks.push(`\nStopped after ${timeout} s.\n`);
    child.kill('SIGKILL');
  }, timeout * 1000);
  const finish = (ok: boolean): void => {
    clearTimeout(timer);
    resolve({ ok, output: chunks.join('') });
  };
  child.on('error', (error) => {
    chunks.push(String(error));
    finish(false);
  });
  child.on('close', (code) => finish(code === 0));
  return promise;
}

/** Runs a program and returns its output. Rejects if it fails. */
export async function runOrThrow(file: string, args: string[], options?: CommandOptions): Promise<string> {
  const { ok, output } = await run(file, args, options);
  if (!ok) throw new Error(`${[file, ...args].join(' ')}\n${output}`);
  return output;
}
