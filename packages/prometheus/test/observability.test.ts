import { createVerifier } from '@verifier/core';
import { startAuthorizationServer } from '@verifier/test-issuer';
import { describe, expect, it, onTestFinished } from 'vitest';
import { metricTable } from '../src/metric-table.ts';
import { expressionFaults } from './support/expression-faults.ts';
import {
  alertRules,
  dashboardExpressions,
  dashboardPanels,
  documentedQueries,
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

function rowOf(metric: string): string | undefined {
  return page.split('\n').find((line) => line.startsWith(`| \`${metric}\` |`));
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
    const queries = documentedQueries();
    expect(queries.length).toBeGreaterThanOrEqual(4);
    expect(queries.flatMap(expressionFaults)).toEqual([]);
  });

  it('[METRICS-DOCUMENTED] has a query for each percentile and each hit rate', () => {
    const queries = documentedQueries();
    for (const quantile of ['0.5', '0.95', '0.99']) {
      expect(queries.filter((query) => query.startsWith(`histogram_quantile(${quantile}, `))).toHaveLength(1);
    }
    for (const cache of ['token_cache', 'key_set', 'metadata']) {
      expect(queries.filter((query) => query.includes(`verifier_${cache}_lookups_total{result="hit"}`))).toHaveLength(
        1,
      );
    }
    expect(queries.filter((query) => query.includes('verifier_fetch_failures_total'))).toHaveLength(1);
  });

  it('[METRICS-DOCUMENTED] says how many cached tokens and signature checks are measured', async () => {
    const issuer = await startAuthorizationServer();
    onTestFinished(() => issuer.close());
    const verifier = createVerifier({ issuer: issuer.issuer, audience: null });
    onTestFinished(() => verifier.close());
    const token = await issuer.token();
    for (let sent = 0; sent <= 640; sent += 1) await verifier.verify(token);
    const others = await Promise.all(
      Array.from({ length: 63 }, (_, index) => issuer.sign({ sub: `subject-${index}` })),
    );
    for (const other of others) await verifier.verify(other);
    const { authentications, signatureChecks } = verifier.stats();
    const cached = `one in ${640 / authentications.cached.count} is measured`;
    const checked = `ne in ${64 / signatureChecks.count} is measured`;
    expect(rowOf('verifier_authentication_seconds')).toContain(cached);
    expect(rowOf('verifier_signature_check_seconds')).toContain(checked);
    expect(metricTable.find(({ name }) => name === 'verifier_authentication_seconds')?.help).toContain(cached);
    expect(metricTable.find(({ name }) => name === 'verifier_signature_check_seconds')?.help).toContain(checked);
    expect(dashboardPanels().find(({ title }) => title === 'Duration, cached tokens')?.description).toContain(cached);
    expect(readProjectFile('docs/operations.md')).toContain(cached);
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
