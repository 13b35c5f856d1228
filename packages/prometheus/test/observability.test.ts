import { describe, expect, it } from 'vitest';
import { metricTable } from '../src/metric-table.ts';
import { expressionFaults } from './support/expression-faults.ts';
import {
  alertRules,
  dashboardExpressions,
  dashboardPanels,
  readDashboard,
  readProjectFile,
} from './support/observability-files.ts';

const page = readProjectFile('docs/observability.md');

/** The anchor that a heading gets. */
function anchorsIn(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
}

describe('docs/observability.md', () => {
  it('[METRICS-DOCUMENTED] lists every metric with its type and labels, and no other', () => {
    const listed = [...page.matchAll(/^\| `(verifier_\w+)` \| (\w+) \|([^|]*)\|/gm)].map(
      ([, name, type, labels = '']) => ({
        name,
        type,
        labels: [...labels.matchAll(/`(\w+)`/g)].map(([, label]) => label),
      }),
    );
    expect(listed).toEqual(metricTable.map(({ name, type, labelNames }) => ({ name, type, labels: [...labelNames] })));
  });

  it('[METRICS-DOCUMENTED] uses published metrics and labels in its queries', () => {
    const queries = [...page.matchAll(/^```promql\n([\s\S]*?)^```/gm)].map(([, query = '']) => query);
    expect(queries.length).toBeGreaterThanOrEqual(4);
    expect(queries.flatMap(expressionFaults)).toEqual([]);
  });

  it('[METRICS-ALERTS] has a section for each alert, which the alert links', () => {
    const rules = alertRules();
    expect(rules.length).toBeGreaterThanOrEqual(6);
    for (const { name, text } of rules) {
      const anchor = name.toLowerCase();
      expect(anchorsIn(page)).toContain(anchor);
      expect(text).toContain(`runbook: docs/observability.md#${anchor}\n`);
    }
  });
});

describe('observability/alerts.yml', () => {
  it.each(alertRules())('[METRICS-ALERTS] $name says what to do, and uses published metrics and labels', (rule) => {
    for (const annotation of ['summary', 'description', 'action']) {
      expect(rule.text).toMatch(new RegExp(`^ {10}${annotation}: `, 'm'));
    }
    expect(rule.text).toMatch(/^ {8}for: \d+m$/m);
    expect(rule.text).toMatch(/^ {10}severity: (critical|warning|info)$/m);
    expect(rule.expression).toContain('verifier_');
    expect(expressionFaults(rule.expression)).toEqual([]);
  });
});

describe('observability/dashboard.json', () => {
  it('[METRICS-DASHBOARD] has a description for each panel, and a place of its own', () => {
    const titles = dashboardPanels().map(({ title }) => title);
    expect(new Set(titles).size).toBe(titles.length);
    for (const { title, description = '' } of dashboardPanels()) expect(description.length, title).toBeGreaterThan(40);
    expect(readDashboard().schemaVersion).toBeGreaterThanOrEqual(39);
  });

  it('[METRICS-DASHBOARD] uses published metrics and labels', () => {
    expect(dashboardExpressions().flatMap(expressionFaults)).toEqual([]);
    const variables = readDashboard().templating.list.flatMap(({ definition = '' }) => expressionFaults(definition));
    expect(variables).toEqual([]);
  });

  it('[METRICS-DASHBOARD] shows every metric', () => {
    const text = dashboardExpressions().join('\n');
    expect(metricTable.filter(({ name }) => !text.includes(name)).map(({ name }) => name)).toEqual([]);
  });
});

it.each([
  ['rate(verifier_unknown_total[5m])', ['verifier_unknown_total']],
  ['verifier_fetch_seconds', ['verifier_fetch_seconds']],
  ['verifier_cold_waits_total{code="x"}', ['verifier_cold_waits_total{code}']],
  ['sum by (le, kid) (verifier_fetch_seconds_bucket)', ['by (kid)']],
])('[METRICS-DASHBOARD] the comparison finds what is not published in %s', (expression, faults) => {
  expect(expressionFaults(expression)).toEqual(faults);
});
