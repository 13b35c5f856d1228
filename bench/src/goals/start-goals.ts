import type { ColdName } from '../start/cold-role.ts';
import type { ColdResult, StartResults } from '../start/start-bench.ts';
import { type Goal, judge } from './goal.ts';
import { reasons } from './reasons.ts';

const imports = 'import of an adapter';
const cold = 'cold start to the first verified token';
const lateOnes = ['undici', 'jose'];

/** What starting must reach. */
export function startGoals({ imports: all, cold: starts }: StartResults): Goal[] {
  const adapters = all.filter(({ name, over }) => name.startsWith('@verifier/') && over.length > 0);
  const early = all.filter(({ name }) => name.startsWith('@verifier/')).flatMap(({ packages }) => packages);
  const loaded = lateOnes.filter((name) => early.includes(name));
  const milliseconds = (value: number): string => `${value.toFixed(1)} ms`;
  return [
    ...adapters.map(({ name, ms }) =>
      judge({ group: imports, what: `${name}, over its framework`, value: ms.median, atMost: 15, show: milliseconds }),
    ),
    judge({
      group: imports,
      what: 'packages loaded before they are needed',
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
    judge({ group: cold, what, value: find(starts, name).roundTrips, atMost, show: String });
  return [
    goal('round trips, with discovery', 'verifier-discovery', 2),
    goal('round trips, with jwksUri', 'verifier', 1),
  ];
}

function coldGoals(starts: readonly ColdResult[]): Goal[] {
  const isOurs = ({ name }: ColdResult): boolean => name.startsWith('verifier');
  return [1, 2].map((roundTrips) => {
    const alike = starts.filter((start) => start.roundTrips === roundTrips);
    const ours = alike.find(isOurs);
    const peers = alike.filter((start) => !isOurs(start));
    const [best] = peers.sort((left, right) => left.ms.median - right.ms.median);
    return judge({
      group: cold,
      what: `${roundTrips === 1 ? 'with jwksUri' : 'with discovery'}, by the fastest peer`,
      value: (best?.ms.median ?? Number.NaN) / (ours?.ms.median ?? Number.NaN),
      atLeast: 1,
      note: `${ours?.ms.median.toFixed(0)} ms; ${best?.name} ${best?.ms.median.toFixed(0)} ms`,
      why: reasons.cold,
    });
  });
}

function find(starts: readonly ColdResult[], name: ColdName): ColdResult {
  const found = starts.find((start) => start.name === name);
  if (found === undefined) throw new Error(`${name} was not measured`);
  return found;
}
