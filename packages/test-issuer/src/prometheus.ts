import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findProgram } from './find-program.ts';
import { end, freePort } from './nginx.ts';

type Value = readonly [time: number, value: string];

/** A series at one moment. */
export interface PrometheusSample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: Value;
}

/** A series over a period. */
export interface PrometheusSeries {
  readonly metric: Readonly<Record<string, string>>;
  readonly values: readonly Value[];
}

/** A period and its resolution, in seconds. */
export interface QueryRange {
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

/** Options of {@link startPrometheus}. */
export interface PrometheusOptions {
  /** The host and port of an application with the path `/metrics`. */
  readonly target: string;
  /** The file of alert rules. */
  readonly rules: string;
  /** The time between two scrapes, and between two evaluations of the rules, in milliseconds; 1000 by default. */
  readonly interval?: number;
}

/** A running Prometheus that scrapes one target. */
export interface Prometheus {
  readonly origin: string;
  /** Returns the data of one of its API's answers. */
  read(path: string): Promise<unknown>;
  /** Evaluates an expression now. */
  query(expression: string): Promise<readonly PrometheusSample[]>;
  /** Evaluates an expression at each step of a period. */
  queryRange(expression: string, range: QueryRange): Promise<readonly PrometheusSeries[]>;
  stop(): Promise<void>;
}

/** Starts a Prometheus on loopback, with its files in a temporary folder. */
export async function startPrometheus(options: PrometheusOptions): Promise<Prometheus> {
  const program = findProgram('prometheus');
  if (program === undefined) throw new Error('Prometheus is not installed');
  const folder = await mkdtemp(join(tmpdir(), 'verifier-prometheus-'));
  const address = `127.0.0.1:${await freePort()}`;
  const configuration = join(folder, 'prometheus.yml');
  await writeFile(configuration, configurationOf(options));
  const child = spawn(
    program,
    [
      `--config.file=${configuration}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=${address}`,
      '--log.level=error',
    ],
    { stdio: 'ignore' },
  );
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  const stop = async (): Promise<void> => {
    await end(child);
    process.off('exit', kill);
    await rm(folder, { recursive: true });
  };
  const origin = `http://${address}`;
  if (await isReady(origin, child)) return { origin, ...queriesOf(origin), stop };
  await stop();
  throw new Error('Prometheus did not start');
}

function configurationOf({ target, rules, interval = 1000 }: PrometheusOptions): string {
  const settings = { scrape_interval: `${interval}ms`, scrape_timeout: `${interval}ms` };
  // JSON is valid YAML.
  return JSON.stringify({
    global: { ...settings, evaluation_interval: `${interval}ms` },
    rule_files: [rules],
    scrape_configs: [{ job_name: 'api', static_configs: [{ targets: [target] }] }],
  });
}

function queriesOf(origin: string): Pick<Prometheus, 'read' | 'query' | 'queryRange'> {
  const read = async (path: string): Promise<unknown> => {
    const response = await fetch(`${origin}${path}`);
    const { status, data, error } = (await response.json()) as { status: string; data: unknown; error?: string };
    if (status !== 'success') throw new Error(`${path}: ${error}`);
    return data;
  };
  const resultOf = async <TResult>(path: string, parameters: Record<string, string>): Promise<readonly TResult[]> => {
    const data = await read(`${path}?${new URLSearchParams(parameters)}`);
    return (data as { result: readonly TResult[] }).result;
  };
  return {
    read,
    query: (query) => resultOf('/api/v1/query', { query }),
    queryRange: (query, { start, end, step }) =>
      resultOf('/api/v1/query_range', { query, start: `${start}`, end: `${end}`, step: `${step}` }),
  };
}

async function isReady(origin: string, child: ChildProcess): Promise<boolean> {
  for (let attempt = 0; attempt < 200 && child.exitCode === null; attempt += 1) {
    const response = await fetch(`${origin}/-/ready`).catch(() => undefined);
    if (response?.ok === true) return true;
    await delay(50);
  }
  return false;
}
