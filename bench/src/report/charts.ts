import { observed } from '../event-loop/observed-servers.ts';
import { frameworks, serverOf } from '../http/server-catalog.ts';
import { entryOf, type Mode } from '../peers/catalog.ts';
import type { Results } from '../results.ts';
import type { VerifyResult } from '../verify/verify-bench.ts';
import { coldLabel } from './labels.ts';
import { type Bar, barChart, type Panel } from './svg/bar-chart.ts';
import { lineChart } from './svg/line-chart.ts';

/** Returns the charts of all sections that were measured, by file name. */
export function drawCharts(results: Results): Readonly<Record<string, string>> {
  const { verify, http, start, growth, eventLoop } = results;
  return {
    ...(verify && { 'verify.svg': drawVerify(verify.results) }),
    ...(http && { 'http.svg': drawHttp(http.results) }),
    ...(start && { 'start.svg': drawStart(start) }),
    ...(growth && { 'growth.svg': drawGrowth(growth.results) }),
    ...(eventLoop && { 'event-loop.svg': drawEventLoop(eventLoop.results) }),
  };
}

function drawVerify(results: readonly VerifyResult[]): string {
  const titles: Record<Mode, string> = {
    one: 'Unique tokens, one at a time',
    many: 'Unique tokens, 64 at a time',
    repeated: 'Repeated tokens',
  };
  const panels = (['one', 'repeated', 'many'] as const).map((mode) => ({
    title: titles[mode],
    note: 'RS256, microseconds per token; less is better',
    bars: rising(results.filter((result) => result.algorithm === 'RS256' && result.mode === mode).map(verifyBar)),
  }));
  return barChart('Time to verify a token', panels, short);
}

function verifyBar({ contestant, time }: VerifyResult): Bar {
  const { label, isOurs, isLimit } = entryOf(contestant);
  const other = isLimit === true ? 'limit' : 'peer';
  return { label, figure: time, kind: isOurs === true ? 'ours' : other };
}

function drawHttp(results: NonNullable<Results['http']>['results']): string {
  const panels = frameworks.flatMap((framework) =>
    (['repeated', 'unique'] as const).map((kind): Panel => {
      const of = results.filter((result) => result.framework === framework && result.kind === kind);
      const bars = of.map(({ server, requestsPerSecond }): Bar => {
        const { label, kind: role } = serverOf(server);
        return { label, figure: requestsPerSecond, kind: role === 'bare' ? 'limit' : role };
      });
      const title = `${framework[0]?.toUpperCase()}${framework.slice(1)}, ${kind} tokens`;
      return { title, note: 'Requests per second; more is better', bars: rising(bars).reverse() };
    }),
  );
  return barChart('Requests per second behind each guard', panels, (value) => Math.round(value).toLocaleString('en'));
}

function drawStart({ imports, cold, latencyMs }: NonNullable<Results['start']>): string {
  const kindOf = (name: string): Bar['kind'] => (/^(@verifier|verifier)/.test(name) ? 'ours' : 'peer');
  const coldBars = cold.map(({ name, ms }): Bar => ({ label: coldLabel(name), figure: ms, kind: kindOf(name) }));
  const importBars = imports.map(({ name, ms }): Bar => ({ label: shortened(name), figure: ms, kind: kindOf(name) }));
  const panels = [
    {
      title: 'From first import to first verified token',
      note: `Milliseconds; ${latencyMs} ms per document`,
      bars: rising(coldBars),
    },
    { title: 'Import', note: 'Milliseconds, after the framework', bars: rising(importBars) },
  ];
  return barChart('Time to start', panels, short);
}

function drawGrowth(results: NonNullable<Results['growth']>['results']): string {
  const panels = (['issuers', 'keys', 'middlewares'] as const).map((dimension) => ({
    title: `Number of ${dimension}`,
    note: 'ES256, time of a request relative to 1',
    series: (['unique', 'repeated'] as const).map((kind) => ({
      label: `${kind} tokens`,
      kind: kind === 'repeated' ? ('ours' as const) : ('peer' as const),
      points: results
        .filter((result) => result.dimension === dimension && result.kind === kind)
        .map(({ size, ofSmallest }) => ({ size, value: ofSmallest.median })),
    })),
  }));
  return lineChart('Time of a request as numbers grow', panels);
}

function drawEventLoop(results: NonNullable<Results['eventLoop']>['results']): string {
  const titles = {
    steady: 'Keys unchanged',
    refresh: 'Keys refreshed every second',
    rotation: 'Keys rotated every second',
  };
  const panels = (['steady', 'refresh', 'rotation'] as const).map((phase) => ({
    title: titles[phase],
    note: 'p99 of a request in milliseconds; less is better',
    bars: results
      .filter((result) => result.phase === phase)
      .map(({ server, latencyP99 }): Bar => {
        const other = server === 'bare' ? 'limit' : 'peer';
        return { label: observed[server].label, figure: latencyP99, kind: server === 'verifier' ? 'ours' : other };
      }),
  }));
  return barChart('Latency of requests while keys change', panels, short);
}

function rising(bars: readonly Bar[]): Bar[] {
  return [...bars].sort((left, right) => left.figure.median - right.figure.median);
}

function short(value: number): string {
  return value < 10 ? value.toFixed(1) : value.toFixed(0);
}

function shortened(name: string): string {
  return name
    .replace('passport + passport-jwt', 'passport-jwt')
    .replace(/^@nestjs\/passport.*/, '@nestjs/passport + …');
}
