import { observed } from '../event-loop/observed-servers.ts';
import { frameworks, serverOf } from '../http/server-catalog.ts';
import { type ContestantName, catalog, entryOf, type Mode } from '../peers/catalog.ts';
import type { Results } from '../results.ts';
import type { VerifyResult } from '../verify/verify-bench.ts';
import { coldLabel } from './labels.ts';
import { short, table, withSpread } from './markdown.ts';

const modeTitles: Readonly<Record<Mode, string>> = {
  one: 'Unique tokens, one at a time',
  many: 'Unique tokens, 64 at a time',
  repeated: 'Repeated tokens',
};

/** What verifying takes, as tables. */
export function verifySection({ results }: NonNullable<Results['verify']>): string {
  const algorithms = [...new Set(results.map(({ algorithm }) => algorithm))];
  const tables = (['one', 'many', 'repeated'] as const).map((mode) => {
    const rows = (Object.keys(catalog) as ContestantName[])
      .filter((name) => entryOf(name).modes.includes(mode))
      .map((name) => [
        entryOf(name).label,
        ...algorithms.map((algorithm) => verifyCell(results, name, algorithm, mode)),
      ]);
    return `### ${modeTitles[mode]}\n\n${table(['', ...algorithms], rows)}`;
  });
  return tables.join('\n\n');
}

function verifyCell(results: readonly VerifyResult[], name: ContestantName, algorithm: string, mode: Mode): string {
  const found = results.find((of) => of.contestant === name && of.algorithm === algorithm && of.mode === mode);
  if (found === undefined) return '–';
  return `**${found.ofLimit.median.toFixed(2)}** · ${withSpread(found.time)}`;
}

/** What serving takes, as tables. */
export function httpSection({ results }: NonNullable<Results['http']>): string {
  const head = ['', 'of bare', 'CPU added, µs', 'requests/s', 'CPU, µs', 'p50, ms', 'p99, ms'];
  const tables = frameworks.flatMap((framework) =>
    (['repeated', 'unique'] as const).map((kind) => {
      const rows = results
        .filter((result) => result.framework === framework && result.kind === kind)
        .map(({ server, ofBare, cpuAdded, requestsPerSecond, cpu, p50, p99 }) => [
          serverOf(server).label,
          `**${ofBare.median.toFixed(2)}**`,
          serverOf(server).kind === 'bare' ? '–' : short(cpuAdded.median),
          withSpread(requestsPerSecond),
          withSpread(cpu),
          short(p50.median),
          short(p99.median),
        ]);
      return `### ${serverOf(`${framework}-bare`).label.replace(' alone', '')}, ${kind} tokens\n\n${table(head, rows)}`;
    }),
  );
  return tables.join('\n\n');
}

/** What starting takes, as tables. */
export function startSection({ imports, cold, latencyMs }: NonNullable<Results['start']>): string {
  const importRows = imports.map(({ name, over, ms, bytes, files }) => [
    name,
    over.join(', ') || '–',
    withSpread(ms),
    (bytes / 1024).toFixed(0),
    String(files),
  ]);
  const coldRows = cold.map(({ name, ms, roundTrips }) => [coldLabel(name), withSpread(ms), String(roundTrips)]);
  return [
    '### Import\n',
    table(['', 'over', 'ms', 'KiB', 'files'], importRows, 2),
    `\n### From the first import to the first verified token, ${latencyMs} ms for each document\n`,
    table(['', 'ms', 'round trips'], coldRows),
  ].join('\n');
}

/** What becomes of the cost as things grow, as tables. */
export function growthSection(growth: NonNullable<Results['growth']>): string {
  const rows = growth.results.map(({ dimension, size, kind, time, ofSmallest }) => [
    `${size} ${dimension}`,
    kind,
    `**${ofSmallest.median.toFixed(2)}**`,
    withSpread(time),
  ]);
  const { bytesPerToken, bytesPerIssuer, tokensKept, issuersKept } = growth;
  return [
    table(['', 'tokens', 'of smallest', 'µs a request'], rows, 2),
    '',
    `A cached token takes ${short(bytesPerToken)} bytes of memory (${tokensKept} were kept), an issuer with its keys ${short(bytesPerIssuer)} (${issuersKept}).`,
  ].join('\n');
}

/** What requests wait for while keys change, as a table. */
export function eventLoopSection({ results }: NonNullable<Results['eventLoop']>): string {
  const rows = results.map(({ server, phase, delayP99, latencyP50, latencyP99, refused, fetches }) => [
    phase,
    observed[server].label,
    withSpread(latencyP99),
    short(latencyP50.median),
    withSpread(delayP99),
    String(refused),
    short(fetches),
  ]);
  const head = ['keys', '', 'request p99, ms', 'request p50, ms', 'loop delay p99, ms', 'refused', 'fetches'];
  return table(head, rows, 2);
}
