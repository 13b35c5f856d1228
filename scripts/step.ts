/** One run of the tests on one version of Node.js. */
interface TestRun {
  node: number;
  cases: number;
  /** The number of skipped tests by what they need, such as `nginx, Debian package nginx-light`. */
  missing: Record<string, number>;
}

/** The result of a step. A program counts as one result, a run of tests as one for each case. */
export interface Outcome {
  passed: number;
  failed: number;
  skipped: number;
  /** Printed if something failed, or if everything was skipped. */
  output: string;
  /** Set by a step that runs tests. */
  testRun?: TestRun;
}

export interface Step {
  name: string;
  /** Skips all later steps if this one fails. */
  essential?: boolean;
  run(): Promise<Outcome>;
}

export interface Total extends Omit<Outcome, 'output' | 'testRun'> {
  testRuns: TestRun[];
}

export function passed(output = ''): Outcome {
  return { passed: 1, failed: 0, skipped: 0, output };
}

export function failed(output: string): Outcome {
  return { passed: 0, failed: 1, skipped: 0, output };
}

export function skipped(output: string): Outcome {
  return { passed: 0, failed: 0, skipped: 1, output };
}

function describe({ passed, failed, skipped, output }: Outcome): string {
  if (failed > 0) return passed + skipped > 0 ? `FAILED (${failed} of ${passed + failed + skipped})` : 'FAILED';
  if (passed === 0) return `skipped: ${output}`;
  const notes = [passed > 1 ? `${passed} passed` : '', skipped > 0 ? `${skipped} skipped` : ''].filter(Boolean);
  return ['ok', ...notes].join(', ');
}

async function runStep(step: Step): Promise<Outcome> {
  const start = performance.now();
  process.stdout.write(`  ${step.name.padEnd(34)} `);
  const outcome = await step
    .run()
    .catch((error: unknown) => failed(error instanceof Error ? error.message : String(error)));
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  process.stdout.write(`${seconds.padStart(6)} s  ${describe(outcome)}\n`);
  if (outcome.failed > 0) process.stdout.write(`\n${outcome.output.trimEnd()}\n\n`);
  return outcome;
}

function add(total: Total, { passed, failed, skipped, testRun }: Outcome): void {
  total.passed += passed;
  total.failed += failed;
  total.skipped += skipped;
  if (testRun !== undefined) total.testRuns.push(testRun);
}

/** Runs the steps one after the other and returns their sum. */
export async function runSteps(steps: readonly Step[]): Promise<Total> {
  const total: Total = { passed: 0, failed: 0, skipped: 0, testRuns: [] };
  let failedStep = '';
  for (const step of steps) {
    const reason = `${failedStep} failed`;
    const outcome = await runStep(failedStep === '' ? step : { ...step, run: async () => skipped(reason) });
    add(total, outcome);
    if (step.essential === true && outcome.failed > 0) failedStep = step.name;
  }
  return total;
}
