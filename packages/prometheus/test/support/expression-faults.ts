import { metricTable } from '../../src/metric-table.ts';

// Prometheus adds these to each sample it scrapes.
const scrapeLabels = ['job', 'instance'];
const parts = ['', '_bucket', '_sum', '_count'];

function labelsOf(name: string): string[] | undefined {
  for (const metric of metricTable) {
    const isHistogram = metric.type === 'histogram';
    const part = parts.find((suffix) => name === metric.name + suffix);
    // A histogram has no sample of its own name, any other metric no parts.
    if (part === undefined || isHistogram === (part === '')) continue;
    return [...metric.labelNames, 'verifier', ...scrapeLabels, ...(part === '_bucket' ? ['le'] : [])];
  }
  return undefined;
}

/** Returns the metrics and labels of a PromQL expression that are not published. */
export function expressionFaults(expression: string): string[] {
  const faults: string[] = [];
  const named = [...expression.matchAll(/\b(verifier_\w+)(?:\{([^}]*)\})?/g)];
  const available = new Set(scrapeLabels);
  for (const [, name = '', matchers = ''] of named) {
    const labels = labelsOf(name);
    if (labels === undefined) faults.push(name);
    for (const label of labels ?? []) available.add(label);
    const used = [...matchers.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label = '']) => label);
    faults.push(...used.filter((label) => labels?.includes(label) !== true).map((label) => `${name}{${label}}`));
  }
  const grouped = [...expression.matchAll(/\b(?:by|on|without|ignoring)\s*\(([^)]*)\)/g)].flatMap(([, list = '']) =>
    list.split(',').map((label) => label.trim()),
  );
  return [...faults, ...grouped.filter((label) => !available.has(label)).map((label) => `by (${label})`)];
}
