import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findProgram } from './find-program.ts';

/** A running nginx. */
export interface Nginx {
  /** The origin of its first server. */
  readonly origin: string;
  /** Returns its error log. */
  errors(): Promise<string>;
  stop(): Promise<void>;
}

/**
 * Starts an nginx on loopback, with its files in a temporary folder.
 *
 * @param blocks - The configuration inside of `http`. `$PORT` stands for the port to listen on.
 */
export async function startNginx(blocks: string): Promise<Nginx> {
  const program = findProgram('nginx');
  if (program === undefined) throw new Error('nginx is not installed');
  const folder = await mkdtemp(join(tmpdir(), 'verifier-nginx-'));
  const port = await freePort();
  const configuration = join(folder, 'nginx.conf');
  await writeFile(configuration, configurationOf(folder, blocks.replaceAll('$PORT', `127.0.0.1:${port}`)));
  const log = join(folder, 'error.log');
  const child = spawn(program, ['-p', folder, '-c', configuration, '-e', log], { stdio: 'ignore' });
  const errors = (): Promise<string> => readFile(log, 'utf8').catch(() => '');
  const origin = `http://127.0.0.1:${port}`;
  const stop = async (): Promise<void> => {
    await end(child);
    await rm(folder, { recursive: true });
  };
  if (await isListening(origin, child)) return { origin, errors, stop };
  const reason = await errors();
  await stop();
  throw new Error(`nginx did not start: ${reason}`);
}

function configurationOf(folder: string, blocks: string): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${join(folder, name)};`,
  );
  return `
    daemon off;
    master_process off;
    pid ${join(folder, 'nginx.pid')};
    events { worker_connections 256; }
    http {
      access_log off;
      ${temporary.join('\n      ')}
      ${blocks}
    }
  `;
}

/** Whether a server, which the process starts, accepts connections within some seconds. */
export async function isListening(origin: string, child: ChildProcess): Promise<boolean> {
  const { hostname, port } = new URL(origin);
  for (let attempt = 0; attempt < 200 && child.exitCode === null; attempt += 1) {
    const socket = connect(Number(port), hostname);
    const isConnected = await Promise.race([
      once(socket, 'connect').then(
        () => true,
        () => false,
      ),
      delay(1000, false),
    ]);
    socket.destroy();
    if (isConnected) return true;
    await delay(25);
  }
  return false;
}

/** Ends a process. */
export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
}

/** Returns a port of loopback that no server uses. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
