import { Session } from 'node:inspector/promises';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A CPU profile, most expensive entries first. */
export interface Profile {
  readonly groups: readonly ProfileGroup[];
  readonly lines: readonly ProfileLine[];
}

/** The share of a kind of work. */
interface ProfileGroup {
  readonly name: string;
  readonly share: number;
}

/** The self time of one function. */
interface ProfileLine {
  readonly name: string;
  /** File and line; `node` for Node.js itself. */
  readonly place: string;
  /** Share of the time that the process was busy. */
  readonly share: number;
}

interface CallFrame {
  readonly functionName: string;
  readonly url: string;
  readonly lineNumber: number;
}

interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: CallFrame;
    readonly hitCount?: number | undefined;
  }[];
}

const microseconds = 100;
const lines = 14;

/** Profiles a function. */
export async function profile(work: () => Promise<unknown>): Promise<Profile> {
  const stop = await startProfile();
  await work();
  return stop();
}

/** Starts to profile this process and returns the function that stops. */
export async function startProfile(): Promise<() => Promise<Profile>> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: microseconds });
  await session.post('Profiler.start');
  return async () => {
    const { profile: recorded } = await session.post('Profiler.stop');
    session.disconnect();
    return summarise(recorded);
  };
}

function summarise({ nodes }: CpuProfile): Profile {
  const busy = nodes.filter(({ callFrame, hitCount = 0 }) => hitCount > 0 && callFrame.functionName !== '(idle)');
  const functions = busy.map(({ callFrame, hitCount = 0 }) => {
    const line = { name: callFrame.functionName || '(anonymous)', place: placeOf(callFrame) };
    return { ...line, hits: hitCount };
  });
  const total = functions.reduce((sum, { hits }) => sum + hits, 0);
  const shareOf = (hits: number): number => Number((hits / total).toFixed(4));
  const groups = sumBy(functions, groupOf).map(({ key, hits }) => ({ name: key, share: shareOf(hits) }));
  const byFunction = sumBy(functions, ({ name, place }) => `${name} ${place}`).slice(0, lines);
  return {
    groups,
    lines: byFunction.map(({ first: { name, place }, hits }) => ({ name, place, share: shareOf(hits) })),
  };
}

interface FunctionHits {
  readonly name: string;
  readonly place: string;
  readonly hits: number;
}

interface Sum {
  readonly key: string;
  readonly first: FunctionHits;
  readonly hits: number;
}

function sumBy(functions: readonly FunctionHits[], keyOf: (of: FunctionHits) => string): Sum[] {
  const grouped = Map.groupBy(functions, keyOf);
  const sums = [...grouped].map(([key, members]) => {
    return { key, first: members[0] as FunctionHits, hits: members.reduce((sum, { hits }) => sum + hits, 0) };
  });
  return sums.sort((left, right) => right.hits - left.hits);
}

function groupOf({ name, place }: FunctionHits): string {
  if (name === '(garbage collector)') return 'garbage collection';
  if (place === 'native' && (name === 'run' || name === 'SignJob')) return 'signature';
  if (place === 'native' && name === 'oneShotDigest') return 'SHA-256';
  if (place === 'native' || place.startsWith('node:')) return 'Node.js';
  return /^packages\/([^/]+)/.exec(place)?.[0] ?? /^(@[^/]+\/)?[^/:]+/.exec(place)?.[0] ?? place;
}

const workspace = fileURLToPath(new URL('../../..', import.meta.url));

function placeOf({ url, lineNumber }: CallFrame): string {
  if (url === '') return 'native';
  if (url.startsWith('node:')) return url;
  const file = url.startsWith('file:') ? fileURLToPath(url) : url;
  const inPackage = file.lastIndexOf('node_modules/');
  const shown = inPackage === -1 ? relative(workspace, file) : file.slice(inPackage + 'node_modules/'.length);
  return `${shown}:${lineNumber + 1}`;
}
