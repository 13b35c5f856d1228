import { setTimeout as delay } from 'node:timers/promises';
import type { LoadCommands } from '../http/load-role.ts';
import { audience, type Issuer, startIssuer } from '../issuer/issuer.ts';
import { type Figure, figureOf, quantile } from '../measure/statistics.ts';
import type { Plan } from '../plan.ts';
import { type Child, startChild } from '../process/child.ts';
import { createSigningKey, type SigningKey } from '../tokens/keys.ts';
import { signTokens } from '../tokens/sign-tokens.ts';
import { type TokenFile, writeJson } from '../tokens/token-file.ts';
import type { ObservedCommands } from './observed-role.ts';
import { type ObservedName, observed, periodMs } from './observed-servers.ts';

/** The state of the issuer's keys during a phase. */
type Phase = 'steady' | 'refresh' | 'rotation';

/** The measurements of one server in one phase. */
interface EventLoopResult {
  readonly server: ObservedName;
  readonly phase: Phase;
  /** Event loop delay, 99th percentile, in milliseconds. */
  readonly delayP99: Figure;
  /** Milliseconds from a request to the end of its response. */
  readonly latencyP50: Figure;
  readonly latencyP99: Figure;
  /** Refused requests, in all rounds. */
  readonly refused: number;
  /** Documents fetched in a round. */
  readonly fetches: number;
}

/** All measurements of the event loop. */
export interface EventLoopResults {
  /** Requests per second. */
  readonly rate: number;
  readonly latencyMs: number;
  readonly results: readonly EventLoopResult[];
}

interface Observation {
  readonly server: ObservedName;
  readonly phase: Phase;
  readonly delayP99: number;
  readonly p50: number;
  readonly p99: number;
  readonly refused: number;
  readonly fetches: number;
}

interface Scene {
  readonly issuer: Issuer;
  readonly keys: readonly SigningKey[];
  readonly file: TokenFile;
  readonly generator: Child<LoadCommands>;
  readonly ms: number;
  readonly warmUpMs: number;
}

const phases = ['steady', 'refresh', 'rotation'] as const;
const serverNames = Object.keys(observed) as ObservedName[];
const path = '/rotating';
const rate = 2000;
const latencyMs = 50;
const tokensOfKey = 200;
const connections = 32;

/** Measures the event loop of servers under an even load, while keys are unchanged, refreshed and rotated. */
export async function benchEventLoop({ eventLoop }: Plan, say: (line: string) => void): Promise<EventLoopResults> {
  const scene = await prepare(eventLoop);
  const observations: Observation[] = [];
  for (let round = 0; round < eventLoop.rounds; round += 1) {
    say(`event loop: round ${round + 1} of ${eventLoop.rounds}`);
    for (const phase of phases) {
      for (const server of serverNames) observations.push(await observe(scene, server, phase));
    }
  }
  await Promise.all([scene.issuer.end(), scene.generator.end()]);
  const results = phases.flatMap((phase) => serverNames.map((server) => summarise(observations, server, phase)));
  return { rate, latencyMs, results };
}

function summarise(observations: readonly Observation[], server: ObservedName, phase: Phase): EventLoopResult {
  const of = observations.filter((observation) => observation.server === server && observation.phase === phase);
  return {
    server,
    phase,
    delayP99: figureOf(of.map(({ delayP99 }) => delayP99)),
    latencyP50: figureOf(of.map(({ p50 }) => p50)),
    latencyP99: figureOf(of.map(({ p99 }) => p99)),
    refused: of.reduce((sum, { refused }) => sum + refused, 0),
    fetches: quantile(
      of.map(({ fetches }) => fetches),
      0.5,
    ),
  };
}

async function prepare({ seconds, warmUpMs }: Plan['eventLoop']): Promise<Scene> {
  const ms = seconds * 1000;
  const issuer = await startIssuer(latencyMs);
  const count = Math.ceil(ms / periodMs);
  const keys = await Promise.all(
    Array.from({ length: count }, (_, index) => createSigningKey('RS256', `rotating-${index}`)),
  );
  const target = issuer.target(path, 'RS256');
  const claims = { iss: target.issuer, aud: audience };
  const signed = await Promise.all(keys.map((key, index) => signTokens(key, claims, tokensOfKey, index * tokensOfKey)));
  const unique = signed.flat();
  const file: TokenFile = { target, unique, repeated: unique.slice(0, tokensOfKey), bad: {} };
  const generator = await startChild<LoadCommands>('load');
  await generator.ask('open', { tokenFile: writeJson('rotating', file) });
  return { issuer, keys, file, generator, ms, warmUpMs };
}

async function observe(scene: Scene, server: ObservedName, phase: Phase): Promise<Observation> {
  const { issuer, keys, file, generator, ms, warmUpMs } = scene;
  await publishFrom(scene, 0);
  const child = await startChild<ObservedCommands>('observed');
  const port = await child.ask('listen', { name: server, target: file.target, refreshing: phase !== 'steady' });
  const load = { port, kind: 'unique', connections, rate } as const;
  const oneKey = { count: keys.length, ms: Number.MAX_SAFE_INTEGER };
  await generator.ask('run', { ...load, ms: warmUpMs, parts: oneKey });
  await issuer.takeCount();
  await child.ask('startObserving', undefined);
  const rotation = phase === 'rotation' ? rotate(scene) : undefined;
  const parts = phase === 'rotation' ? { ...oneKey, ms: periodMs } : oneKey;
  const { p50, p99, failures } = await generator.ask('run', { ...load, ms, parts });
  const { p99: delayP99 } = await child.ask('stopObserving', undefined);
  await rotation;
  await child.end();
  const refused = Object.values(failures).reduce((sum, number) => sum + number, 0);
  return { server, phase, delayP99, p50, p99, refused, fetches: await issuer.takeCount() };
}

// Another key signs every second. It is published two seconds before its first use and one second after its last.
async function rotate(scene: Scene): Promise<void> {
  for (let index = 0; index < scene.keys.length; index += 1) {
    await publishFrom(scene, index);
    await delay(periodMs);
  }
}

async function publishFrom({ issuer, keys }: Scene, index: number): Promise<void> {
  const published = keys.slice(Math.max(0, index - 1), index + 3);
  await issuer.publish(
    path,
    published.map(({ publicJwk }) => publicJwk),
  );
}
