import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

interface Panel {
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly targets?: readonly { readonly expr: string }[];
}

interface Dashboard {
  readonly schemaVersion: number;
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly definition?: string }[] };
  readonly annotations: { readonly list: readonly { readonly expr: string }[] };
}

/** Returns the path of a file of the repository. */
export function projectFile(path: string): string {
  return fileURLToPath(new URL(`../../../../${path}`, import.meta.url));
}

/** Returns the text of a file of the repository. */
export function readProjectFile(path: string): string {
  return readFileSync(projectFile(path), 'utf8');
}

/** Returns the dashboard. */
export function readDashboard(): Dashboard {
  return JSON.parse(readProjectFile('observability/dashboard.json')) as Dashboard;
}

/** Returns the panels of the dashboard that show a graph. */
export function dashboardPanels(): Panel[] {
  return readDashboard().panels.filter(({ type }) => type !== 'row');
}

/** Returns the expressions of the dashboard, with a value for each variable. */
export function dashboardExpressions(): string[] {
  const { annotations } = readDashboard();
  const expressions = [...dashboardPanels().flatMap(({ targets = [] }) => targets), ...annotations.list];
  return expressions.map(({ expr }) =>
    expr.replaceAll('$__rate_interval', '1m').replaceAll(/\$(job|verifier)\b/g, '.*'),
  );
}

/** Returns the queries in docs/observability.md. */
export function documentedQueries(): string[] {
  const queries = readProjectFile('docs/observability.md').matchAll(/^```promql\n([\s\S]*?)^```/gm);
  return [...queries].map(([, query = '']) => query);
}

/** An alert rule, as far as the tests read it. */
export interface AlertRule {
  readonly name: string;
  readonly expression: string;
  readonly text: string;
}

/** Returns the alert rules. */
export function alertRules(): AlertRule[] {
  const [, ...rules] = readProjectFile('observability/alerts.yml').split(/^ {6}- alert: /m);
  return rules.map((text) => {
    const [, block, line] = /^ {8}expr: (?:>-\n((?: {10}.*\n)+)|(.*)\n)/m.exec(text) ?? [];
    return { name: text.slice(0, text.indexOf('\n')), expression: (block ?? line ?? '').trim(), text };
  });
}
