import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

async function freePort(): Promise<number> {
  const server = createServer().listen(0);
  await once(server, 'listening');
  const { port } = Object(server.address()) as { port: number };
  server.close();
  return port;
}

/** A server that a shell command started. It listens on the port in `PORT`. */
export class ShellServer {
  output = '';
  readonly #child: ChildProcess;
  readonly #port: number;

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.#port = port;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.output += text;
      });
    }
  }

  /** Starts a command, and waits until its server answers. */
  static async start(command: string, cwd: string, env: NodeJS.ProcessEnv): Promise<ShellServer> {
    const port = await freePort();
    // A process group of its own: the shell and the server end together.
    const child = spawn('sh', ['-c', command], { cwd, detached: true, env: { ...env, PORT: String(port) } });
    const server = new ShellServer(child, port);
    try {
      await server.eventually(() => server.ask('/').catch(() => undefined), 'no answer');
      return server;
    } catch (error) {
      server.stop();
      throw error;
    }
  }

  /** Requests a path, with a token if one is given. */
  ask(path: string, token?: string): Promise<Response> {
    const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
    return fetch(`http://localhost:${this.#port}${path}`, { headers });
  }

  /** Waits for up to 30 seconds until a function returns a value. */
  async eventually<T>(find: () => T | undefined | Promise<T | undefined>, fault: string): Promise<T> {
    for (let attempt = 0; attempt < 600; attempt += 1) {
      const found = await find();
      if (found !== undefined) return found;
      if (this.#child.exitCode !== null) break;
      await delay(50);
    }
    throw new Error(`${fault}\n${this.output}`);
  }

  stop(): void {
    if (this.#child.pid === undefined || this.#child.exitCode !== null) return;
    try {
      process.kill(-this.#child.pid, 'SIGKILL');
    } catch {
      // It ended in the meantime.
    }
  }
}
