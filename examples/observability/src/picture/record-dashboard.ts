import { readFile } from 'node:fs/promises';
import type { Prometheus, PrometheusSeries, QueryRange } from '@verifier/test-issuer';
import { projectFile, scrapeInterval } from '../environment.ts';
import type { RecordedPanel, RecordedRow, RecordedSeries } from './recorded-panel.ts';

interface Target {
  readonly expr: string;
  readonly legendFormat: string;
}

interface Panel {
  readonly title: string;
  readonly type: string;
  readonly gridPos: { readonly w: number };
  readonly targets?: readonly Target[];
  readonly fieldConfig?: {
    readonly defaults: {
      readonly unit: string;
      readonly max?: number;
      readonly custom?: { readonly stacking: { readonly mode: string } };
      readonly mappings?: readonly { readonly options: Readonly<Record<string, { readonly text: string }>> }[];
    };
  };
}

/** Evaluates the queries of all panels of observability/dashboard.json over a period. */
export async function recordDashboard(prometheus: Prometheus, range: QueryRange): Promise<RecordedRow[]> {
  const text = await readFile(projectFile('observability/dashboard.json'), 'utf8');
  const rows: { title: string; panels: RecordedPanel[] }[] = [];
  for (const panel of (JSON.parse(text) as { panels: readonly Panel[] }).panels) {
    if (panel.type === 'row') rows.push({ title: panel.title, panels: [] });
    else rows.at(-1)?.panels.push(await recordPanel(panel, prometheus, range));
  }
  return rows;
}

async function recordPanel(panel: Panel, prometheus: Prometheus, range: QueryRange): Promise<RecordedPanel> {
  const { unit = 'short', max, custom, mappings = [] } = panel.fieldConfig?.defaults ?? {};
  const series: RecordedSeries[] = [];
  for (const { expr, legendFormat } of panel.targets ?? []) {
    const found = await prometheus.queryRange(withVariables(expr), range);
    series.push(...found.map((one) => ({ name: nameOf(one, legendFormat), values: valuesOf(one, range) })));
  }
  const texts = Object.assign({}, ...mappings.map(({ options }) => options)) as Record<string, { text: string }>;
  return {
    title: panel.title,
    type: panel.type,
    columns: panel.gridPos.w,
    unit,
    max,
    isStacked: custom?.stacking.mode === 'normal',
    texts: Object.fromEntries(Object.entries(texts).map(([value, { text }]) => [value, text])),
    series,
  };
}

// As Grafana does: a rate is one of four scrapes.
function withVariables(expression: string): string {
  const interval = `${4 * scrapeInterval}ms`;
  return expression.replaceAll('$__rate_interval', interval).replaceAll(/\$(?:job|verifier)\b/g, '.*');
}

function nameOf({ metric }: PrometheusSeries, format: string): string {
  return format.replaceAll(/\{\{(\w+)\}\}/g, (_, label: string) => metric[label] ?? '');
}

function valuesOf({ values }: PrometheusSeries, { start, end, step }: QueryRange): (number | null)[] {
  const byIndex = new Map(values.map(([time, value]) => [Math.round((time - start) / step), Number(value)]));
  return Array.from({ length: Math.floor((end - start) / step) + 1 }, (_, index) => {
    const value = byIndex.get(index) ?? Number.NaN;
    return Number.isFinite(value) ? value : null;
  });
}
