import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { type CodeBlock, folder } from '../src/code-blocks.ts';
import { writeProgram } from '../src/compile-blocks.ts';

/** A server from a document, in a process of its own. */
export interface RunningServer {
  readonly origin: string;
  /** Returns everything that the process has printed. */
  output(): string;
  close(): Promise<void>;
}

/**
 * Starts the server of a code block, as typed in. Its environment is PATH, PORT and `env`.
 *
 * @param command - The command that runs the file, Node.js by default.
 */
export async function runServer(
  block: CodeBlock,
  env: NodeJS.ProcessEnv,
  [command = process.execPath, ...args]: readonly string[] = [],
): Promise<RunningServer> {
  const program = await writeProgram(block);
  const port = String(await freePort());
  const { PATH } = process.env;
  const child = spawn(command, [...args, program.file], { cwd: folder, env: { PATH, PORT: port, ...env } });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += String(chunk);
    });
  }
  const close = async (): Promise<void> => {
    if (child.exitCode === null && child.kill()) await once(child, 'exit');
    program.remove();
  };
  const origin = `http://127.0.0.1:${port}`;
  if (await answers(origin, child)) return { origin, output: () => output, close };
  await close();
  throw new Error(`${block.document}:${block.line} does not start: ${output}`);
}

async function answers(origin: string, child: ChildProcess): Promise<boolean> {
  for (let attempt = 0; attempt < 600 && child.exitCode === null; attempt += 1) {
    if (
      await fetch(`${origin}/not-found`).then(
        () => true,
        () => false,
      )
    )
      return true;
    await delay(50);
  }
  return false;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0);
  await once(server, 'listening');
  const { port } = Object(server.address());
  server.close();
  return port;
}
