import { frameworks, serverOf } from '../http/server-catalog.ts';
import { type ContestantName, entryOf, type Mode } from '../peers/catalog.ts';
import { coldStarts, fastestContestant, fastestServer, findContestant, findServer } from '../peers/fastest-peer.ts';
import type { Results } from '../results.ts';
import { coldLabel } from './labels.ts';
import { short, table } from './markdown.ts';

type Row = readonly [what: string, ours: string, peer: string, times: string];

/** Returns the table of Verifier and the fastest peer in each situation. */
export function comparisonSection({ verify, http, start }: Results): string {
  const rows = [
    ...(verify === undefined ? [] : verifyRows(verify)),
    ...(http === undefined ? [] : httpRows(http)),
    ...(start === undefined ? [] : startRows(start)),
  ];
  if (rows.length === 0) return '';
  return `## Compared with the fastest peer

Above 1.00, Verifier is faster. The peer is the fastest of the other libraries in that row, so it differs from row to row.

${table(['', 'Verifier', 'fastest peer', 'speed'], rows)}`;
}

const situations: readonly (readonly [string, Mode, ContestantName])[] = [
  ['new RS256 token, `verify`', 'one', 'verifier'],
  ['64 new RS256 tokens, `verifyAll`', 'many', 'verifier-all'],
  ['repeated RS256 token, `verify`', 'repeated', 'verifier'],
];

function verifyRows({ results }: NonNullable<Results['verify']>): Row[] {
  return situations.map(([what, mode, contestant]) => {
    const ours = findContestant(results, 'RS256', mode, contestant).time.median;
    const peer = fastestContestant(results, 'RS256', mode);
    return row(what, `${short(ours)} µs`, `${short(peer.time.median)} µs`, entryOf(peer.contestant).label, [
      peer.time.median,
      ours,
    ]);
  });
}

function httpRows({ results }: NonNullable<Results['http']>): Row[] {
  return (['repeated', 'unique'] as const).flatMap((tokens) =>
    frameworks.map((framework) => {
      const ours = findServer(results, framework, tokens, 'ours').requestsPerSecond.median;
      const peer = fastestServer(results, framework, tokens);
      const theirs = peer.requestsPerSecond.median;
      const what = `${framework}, ${tokens === 'unique' ? 'new' : 'repeated'} RS256 tokens`;
      return row(what, `${short(ours)}/s`, `${short(theirs)}/s`, serverOf(peer.server).label, [ours, theirs]);
    }),
  );
}

function startRows({ cold }: NonNullable<Results['start']>): Row[] {
  return [1, 2].map((roundTrips) => {
    const { ours, peer } = coldStarts(cold, roundTrips);
    const what = `first verified token of a process, ${roundTrips === 1 ? '`jwksUri`' : 'discovery'}`;
    const [mine, theirs] = [ours.ms.median, peer.ms.median];
    return row(what, `${short(mine)} ms`, `${short(theirs)} ms`, coldLabel(peer.name), [theirs, mine]);
  });
}

function row(what: string, ours: string, peer: string, label: string, [dividend, divisor]: [number, number]): Row {
  return [what, ours, `${peer}, ${label}`, `**${(dividend / divisor).toFixed(2)}**`];
}
