import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type AuthorizationServer,
  findProgram,
  type Prometheus,
  startAuthorizationServer,
  startPrometheus,
} from '@verifier/test-issuer';
import { type Api, startApi } from './api.ts';
import { shortenDurations } from './shorten-durations.ts';
import { Traffic } from './traffic.ts';

/** The time between two scrapes, in milliseconds. */
export const scrapeInterval = 250;

/** The rules run 200 times faster: `for: 5m` is 1.5 seconds. */
export const speed = 200;

/** Returns the path of a file of the repository. */
export function projectFile(path: string): string {
  return fileURLToPath(new URL(`../../../${path}`, import.meta.url));
}

/** Everything that runs, all of it on loopback. */
export interface Environment {
  readonly issuer: AuthorizationServer;
  readonly api: Api;
  readonly traffic: Traffic;
  /** Undefined if it is not installed. */
  readonly prometheus: Prometheus | undefined;
  close(): Promise<void>;
}

/** Starts an authorization server, the API with its clients, and a Prometheus that scrapes it. */
export async function startEnvironment(): Promise<Environment> {
  const closers: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    const issuer = await startAuthorizationServer();
    closers.push(() => issuer.close());
    const api = await startApi(issuer.issuer, issuer.audience);
    closers.push(() => api.close());
    const prometheus = await startInstalledPrometheus(api.host, closers);
    const traffic = await Traffic.start(api.host, issuer);
    closers.push(() => traffic.stop());
    return { issuer, api, traffic, prometheus, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function startInstalledPrometheus(
  target: string,
  closers: (() => Promise<void>)[],
): Promise<Prometheus | undefined> {
  if (findProgram('prometheus') === undefined) return undefined;
  const folder = await mkdtemp(join(tmpdir(), 'verifier-observability-'));
  closers.push(() => rm(folder, { recursive: true }));
  const rules = join(folder, 'alerts.yml');
  await writeFile(rules, shortenDurations(await readFile(projectFile('observability/alerts.yml'), 'utf8'), speed));
  const prometheus = await startPrometheus({ target, rules, interval: scrapeInterval });
  closers.push(() => prometheus.stop());
  return prometheus;
}
