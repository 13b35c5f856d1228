import { coldStarts } from '../peers/fastest-peer.ts';
import type { ColdName } from '../start/cold-role.ts';
import type { ColdResult, StartResults } from '../start/start-bench.ts';
import { type Goal, toGoal } from './goal.ts';
import { reasons } from './reasons.ts';

const imports = 'import of an adapter';
const cold = 'cold start to the first verified token';
const lazyPackages = ['undici', 'jose'];

/** Returns the goals of imports and cold starts. */
export function startGoals({ imports: all, cold: starts }: StartResults): Goal[] {
  const adapters = all.filter(({ name, over }) => name.startsWith('@verifier/') && over.length > 0);
  const early = all.filter(({ name }) => name.startsWith('@verifier/')).flatMap(({ packages }) => packages);
  const loaded = lazyPackages.filter((name) => early.includes(name));
  const milliseconds = (value: number): string => `${value.toFixed(1)} ms`;
  return [
    ...adapters.map(({ name, ms }) =>
      toGoal({
        group: imports,
        what: `${name}, after its framework`,
        value: ms.median,
        atMost: 15,
        show: milliseconds,
      }),
    ),
    toGoal({
      group: imports,
      what: 'packages loaded before their first use',
      value: loaded.length,
      atMost: 0,
      show: String,
      note: loaded.length > 0 ? loaded.join(', ') : 'neither undici nor jose',
    }),
    ...roundTripGoals(starts),
    ...coldGoals(starts),
  ];
}

function roundTripGoals(starts: readonly ColdResult[]): Goal[] {
  const goal = (what: string, name: ColdName, atMost: number): Goal =>
    toGoal({ group: cold, what, value: find(starts, name).roundTrips, atMost, show: String });
  return [
    goal('round trips, with discovery', 'verifier-discovery', 2),
    goal('round trips, with jwksUri', 'verifier', 1),
  ];
}

function coldGoals(starts: readonly ColdResult[]): Goal[] {
  return [1, 2].map((roundTrips) => {
    const { ours, peer } = coldStarts(starts, roundTrips);
    return toGoal({
      group: cold,
      what: `${roundTrips === 1 ? 'with jwksUri' : 'with discovery'}, relative to the fastest peer`,
      value: peer.ms.median / ours.ms.median,
      atLeast: 1,
      note: `${ours.ms.median.toFixed(0)} ms; ${peer.name} ${peer.ms.median.toFixed(0)} ms`,
      why: reasons.cold,
    });
  });
}

function find(starts: readonly ColdResult[], name: ColdName): ColdResult {
  const found = starts.find((start) => start.name === name);
  if (found === undefined) throw new Error(`${name} was not measured`);
  return found;
}
