import { type Issuer, prepareTokens, startIssuer } from '../issuer/issuer.ts';
import { interleave } from '../measure/rounds.ts';
import { type Figure, figureOf, ratioOf } from '../measure/statistics.ts';
import { type ContestantName, contestantsFor, entryOf, type Mode } from '../peers/catalog.ts';
import type { AlgorithmName, Plan } from '../plan.ts';
import { type Child, startChild } from '../process/child.ts';
import type { Profile } from '../profile/cpu-profile.ts';
import type { ContestantCommands } from './contestant-role.ts';
import type { Sample } from './timed-loops.ts';

/** The measurements of one contestant in one mode. */
export interface VerifyResult {
  readonly algorithm: AlgorithmName;
  readonly mode: Mode;
  readonly contestant: ContestantName;
  /** Microseconds per token. */
  readonly time: Figure;
  /** CPU time of all threads, in microseconds per token. */
  readonly cpu: Figure;
  /** The limit's time divided by the contestant's: 1 is as fast as possible. */
  readonly ofLimit: Figure;
  /** Microseconds per token, round by round. */
  readonly rounds: readonly number[];
}

/** All measurements of verification. */
export interface VerifyResults {
  readonly results: readonly VerifyResult[];
  /** CPU profiles of our contestants, by mode. */
  readonly profiles: Readonly<Record<string, Profile>>;
}

interface Runner {
  readonly name: ContestantName;
  readonly child: Child<ContestantCommands>;
}

/** Measures the verification of tokens, one algorithm after the other. */
export async function benchVerify(plan: Plan, say: (line: string) => void): Promise<VerifyResults> {
  const issuer = await startIssuer();
  const results: VerifyResult[] = [];
  const profiles: Record<string, Profile> = {};
  for (const algorithm of plan.algorithms) {
    say(`verify: ${algorithm}`);
    const runners = await startRunners(issuer, algorithm, plan);
    for (const mode of ['one', 'many', 'repeated'] as const) {
      results.push(...(await measureMode(runners, algorithm, mode, plan)));
    }
    if (algorithm === 'RS256') Object.assign(profiles, await profileOurs(runners, plan));
    await Promise.all(runners.map(({ child }) => child.end()));
  }
  await issuer.end();
  return { results, profiles };
}

async function startRunners(issuer: Issuer, algorithm: AlgorithmName, plan: Plan): Promise<Runner[]> {
  const tokenFile = await prepareTokens(issuer, algorithm, plan.uniqueTokens);
  const runners: Runner[] = [];
  for (const name of contestantsFor(algorithm)) {
    const child = await startChild<ContestantCommands>('contestant');
    await child.ask('open', { name, tokenFile });
    runners.push({ name, child });
  }
  return runners;
}

async function measureMode(
  runners: readonly Runner[],
  algorithm: AlgorithmName,
  mode: Mode,
  { verify }: Plan,
): Promise<VerifyResult[]> {
  const able = runners.filter(({ name }) => entryOf(name).modes.includes(mode));
  const samples = await interleave(able, verify, ({ child }, ms) => child.ask('run', { mode, ms }));
  const limit = able.find(({ name }) => name === 'limit');
  const limits = timesOf(limit && samples.get(limit));
  return [...samples].map(([{ name }, taken]) => {
    const times = timesOf(taken);
    return {
      algorithm,
      mode,
      contestant: name,
      time: figureOf(times),
      cpu: figureOf(taken.map(({ cpuSeconds, count }) => (cpuSeconds * 1e6) / count)),
      ofLimit: ratioOf(limits, times),
      rounds: times.map((time) => Number(time.toFixed(3))),
    };
  });
}

function timesOf(samples: readonly Sample[] = []): number[] {
  return samples.map(({ seconds, count }) => (seconds * 1e6) / count);
}

async function profileOurs(runners: readonly Runner[], { verify }: Plan): Promise<Record<string, Profile>> {
  const profiles: Record<string, Profile> = {};
  for (const { name, child } of runners) {
    const { isOurs, modes } = entryOf(name);
    if (isOurs !== true) continue;
    for (const mode of modes) profiles[`${name}, ${mode}`] = await child.ask('profile', { mode, ms: verify.ms * 10 });
  }
  return profiles;
}
