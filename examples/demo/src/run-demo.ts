import { type Environment, startEnvironment } from './environment.ts';
import { Report } from './report/report.ts';
import { keyRotation } from './scenarios/key-rotation.ts';
import { mcpClient } from './scenarios/mcp-client.ts';
import { outage } from './scenarios/outage.ts';
import { routeAccess } from './scenarios/route-access.ts';
import { type Scenario, ScenarioContext } from './scenarios/scenario-context.ts';

const scenarios: readonly Scenario[] = [routeAccess, keyRotation, outage, mcpClient];

/** Runs every scenario, and returns whether all answers were the expected ones. */
export async function runDemo(print: (line: string) => void): Promise<boolean> {
  const start = performance.now();
  const report = new Report(print);
  printWarnings(report);
  const environment = await startEnvironment();
  try {
    printIntroduction(environment, report);
    for (const run of scenarios) await run(new ScenarioContext(environment, report));
  } finally {
    await environment.close();
  }
  const { discovery, keys } = environment.issuer.counts;
  printSummary(report, discovery + keys, (performance.now() - start) / 1000);
  return report.mismatches.length === 0;
}

// Node.js would write warnings to stderr, outside the table.
function printWarnings(report: Report): void {
  process.removeAllListeners('warning');
  process.on('warning', ({ message }) => report.printRemark(`Warning to the operator: ${message}`));
}

function printIntroduction({ issuer, apis }: Environment, { printLines }: Report): void {
  const line = (name: string, text: string): string => `${name.padEnd(22)}${text}`;
  printLines(
    line('Authorization server', issuer.issuer),
    ...apis.map(({ name, origin }) => line(`API, ${name}`, `${origin}, guarded by oktaAuth()`)),
    line('OKTA_OAUTH2_ISSUER', 'names the authorization server; oktaAuth() needs no other option'),
  );
}

function printSummary({ mismatches, requests, printLines }: Report, fetches: number, seconds: number): void {
  const time = `${seconds.toFixed(1)} s`;
  if (mismatches.length > 0) {
    printLines('', `${mismatches.length} mismatches, in ${time}:`, ...mismatches.map((line) => `- ${line}`));
  } else {
    printLines('', `${requests} requests answered as expected, in ${time}, with ${fetches} fetches from the issuer.`);
  }
  printLines('To call the APIs with curl: npm start -- --serve');
}
