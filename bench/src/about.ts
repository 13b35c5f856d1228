import { readFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem, type } from 'node:os';
import type { Plan } from './plan.ts';
import type { About } from './results.ts';

interface Manifest {
  readonly version: string;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** Describes this machine, before the measurements add load. */
export function describeMachine(): About['machine'] {
  const [processor] = cpus();
  return {
    processor: processor?.model ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()}`,
    loadBefore: loadavg()[0] ?? 0,
  };
}

/** Describes a run. */
export function describeRun(plan: Plan, command: string, machine: About['machine'], minutes: number): About {
  const { node, openssl } = process.versions;
  const date = new Date().toISOString().slice(0, 10);
  return { date, command, plan, minutes: Math.round(minutes), machine, node, openssl, versions: readVersions() };
}

function readVersions(): Record<string, string> {
  const bench = readManifest(new URL('../package.json', import.meta.url));
  const names = Object.keys(bench.devDependencies ?? {}).filter((name) => !/^@(types|verifier)\//.test(name));
  const versionOf = (name: string): string =>
    readManifest(new URL(`../node_modules/${name}/package.json`, import.meta.url)).version;
  return Object.fromEntries(names.map((name) => [name, versionOf(name)]));
}

function readManifest(file: URL): Manifest {
  return JSON.parse(readFileSync(file, 'utf8')) as Manifest;
}
