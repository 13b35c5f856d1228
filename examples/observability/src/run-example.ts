import { setTimeout as delay } from 'node:timers/promises';
import { type Prometheus, programPackages, type QueryRange } from '@verifier/test-issuer';
import { readFirings, ruleNames, waitForScrape } from './alert-states.ts';
import { alertTable } from './alert-table.ts';
import { type Environment, scrapeInterval, speed, startEnvironment } from './environment.ts';
import { runScenario } from './scenario.ts';

/** Options of {@link runExample}. */
export interface ExampleOptions {
  readonly print: (line: string) => void;
  /** Called after the scenario, while everything still runs; not called without Prometheus. */
  readonly afterwards?: ((prometheus: Prometheus, recorded: QueryRange) => Promise<void>) | undefined;
}

/** Runs the scenario, prints the alerts that fired, and returns whether they are the expected ones. */
export async function runExample({ print, afterwards }: ExampleOptions): Promise<boolean> {
  printWarnings(print);
  const environment = await startEnvironment();
  const { api, prometheus } = environment;
  try {
    print(`Metrics       http://${api.host}/metrics`);
    if (prometheus === undefined) {
      await printMetrics(environment, print);
      return true;
    }
    print(`Prometheus    ${prometheus.origin}/graph`);
    print(`Alerts        ${prometheus.origin}/alerts`);
    print(`Alert rules   observability/alerts.yml with durations divided by ${speed}: 5m is ${300 / speed} s\n`);
    await waitForScrape(prometheus);
    const start = Date.now() / 1000;
    await runScenario(environment, prometheus, print);
    const recorded = { start, end: Date.now() / 1000, step: scrapeInterval / 1000 };
    const table = alertTable(await ruleNames(prometheus), await readFirings(prometheus, recorded), start);
    for (const line of table.lines) print(line);
    await afterwards?.(prometheus, recorded);
    return table.isExpected;
  } finally {
    await environment.close();
  }
}

// Node.js would write warnings to stderr, outside the list of what happens.
function printWarnings(print: (line: string) => void): void {
  process.removeAllListeners('warning');
  process.on('warning', ({ message }) => print(`         Warning to the operator: ${message}`));
}

async function printMetrics({ api }: Environment, print: (line: string) => void): Promise<void> {
  await delay(2000);
  print(`\nPrometheus is not installed (Debian package ${programPackages.prometheus}), so no alert can fire.`);
  print('It would scrape these metrics, and more that are 0:\n');
  for (const line of (await api.metrics()).split('\n').filter(isOfInterest)) print(line);
}

function isOfInterest(line: string): boolean {
  return line !== '' && !line.startsWith('#') && !line.includes('_bucket{') && !line.endsWith(' 0');
}
