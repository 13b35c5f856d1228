import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram } from './find-program.ts';
import { end, freePort, isListening } from './nginx.ts';

/** A running Caddy. */
export interface Caddy {
  readonly origin: string;
  stop(): Promise<void>;
}

/**
 * Starts a Caddy with one site on loopback, with its files in a temporary folder.
 *
 * @param directives - The configuration of the site.
 */
export async function startCaddy(directives: string): Promise<Caddy> {
  const program = findProgram('caddy');
  if (program === undefined) throw new Error('Caddy is not installed');
  const folder = await mkdtemp(join(tmpdir(), 'verifier-caddy-'));
  const origin = `http://127.0.0.1:${await freePort()}`;
  const configuration = join(folder, 'Caddyfile');
  await writeFile(configuration, `{\n  admin off\n  auto_https off\n}\n${origin} {\n${directives}\n}\n`);
  const env = { HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder };
  const settings = ['run', '--config', configuration, '--adapter', 'caddyfile'];
  const child = spawn(program, settings, { stdio: 'ignore', env });
  const stop = async (): Promise<void> => {
    await end(child);
    await rm(folder, { recursive: true });
  };
  if (await isListening(origin, child)) return { origin, stop };
  await stop();
  throw new Error('Caddy did not start');
}
