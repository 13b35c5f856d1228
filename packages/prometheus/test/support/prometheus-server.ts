import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findProgram } from '@verifier/test-issuer';

interface QueryResult {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [time: number, value: string];
}

/** A running Prometheus that scrapes one target each second. */
export interface PrometheusServer {
  /** Returns the data of one of its API's answers. */
  read(path: string): Promise<unknown>;
  /** Evaluates an expression now. */
  query(expression: string): Promise<readonly QueryResult[]>;
  stop(): Promise<void>;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/**
 * Starts a Prometheus on loopback, with its files in a temporary folder.
 *
 * @param target - The host and port of an application with the path `/metrics`.
 * @param rules - The file of alert rules.
 */
export async function startPrometheus(target: string, rules: string): Promise<PrometheusServer> {
  const folder = await mkdtemp(join(tmpdir(), 'verifier-prometheus-'));
  const address = `127.0.0.1:${await freePort()}`;
  const configuration = join(folder, 'prometheus.yml');
  const scrape = { job_name: 'api', static_configs: [{ targets: [target] }] };
  const settings = { scrape_interval: '1s', evaluation_interval: '1s' };
  // JSON is valid YAML.
  await writeFile(configuration, JSON.stringify({ global: settings, rule_files: [rules], scrape_configs: [scrape] }));
  const child = spawn(
    findProgram('prometheus') ?? '',
    [
      `--config.file=${configuration}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=${address}`,
      '--log.level=error',
    ],
    { stdio: 'ignore' },
  );
  const read = async (path: string): Promise<unknown> => {
    const response = await fetch(`http://${address}${path}`);
    const { status, data, error } = (await response.json()) as { status: string; data: unknown; error?: string };
    if (status !== 'success') throw new Error(`${path}: ${error}`);
    return data;
  };
  const stop = async (): Promise<void> => {
    await end(child);
    await rm(folder, { recursive: true });
  };
  if (!(await isReady(address, child))) {
    await stop();
    throw new Error('Prometheus did not start');
  }
  return {
    read,
    query: async (expression) => {
      const data = await read(`/api/v1/query?query=${encodeURIComponent(expression)}`);
      return (data as { result: readonly QueryResult[] }).result;
    },
    stop,
  };
}

async function isReady(address: string, child: ChildProcess): Promise<boolean> {
  for (let attempt = 0; attempt < 200 && child.exitCode === null; attempt += 1) {
    const response = await fetch(`http://${address}/-/ready`).catch(() => undefined);
    if (response?.ok === true) return true;
    await delay(50);
  }
  return false;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
}
