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

/** Returns the tables of verification. */
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

/** Returns the tables of servers. */
export function httpSection({ results }: NonNullable<Results['http']>): string {
  const head = ['', 'relative to bare', 'CPU added, µs', 'requests/s', 'CPU, µs', 'p50, ms', 'p99, ms'];
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

/** Returns the tables of imports and cold starts. */
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
    table(['', 'after', 'ms', 'KiB', 'files'], importRows, 2),
    `\n### From the first import to the first verified token, ${latencyMs} ms per document\n`,
    table(['', 'ms', 'round trips'], coldRows),
  ].join('\n');
}

/** Returns the tables of growth. */
export function growthSection(growth: NonNullable<Results['growth']>): string {
  const rows = growth.results.map(({ dimension, size, kind, time, ofSmallest }) => [
    `${size} ${dimension}`,
    kind,
    `**${ofSmallest.median.toFixed(2)}**`,
    withSpread(time),
  ]);
  const { bytesPerToken, bytesPerIssuer, tokensKept, issuersKept } = growth;
  return [
    table(['', 'tokens', 'relative to 1', 'µs per request'], rows, 2),
    '',
    `A cached token takes ${short(bytesPerToken)} bytes of memory (measured with ${tokensKept}), an issuer with its keys ${short(bytesPerIssuer)} (${issuersKept}).`,
  ].join('\n');
}

/** Returns the table of the event loop. */
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
