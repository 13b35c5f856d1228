/** What a step found: one check counts as one, a run of tests as many as it has tests. */
export interface Outcome {
  passed: number;
  failed: number;
  skipped: number;
  /** Shown when something failed. */
  output: string;
}

export interface Step {
  name: string;
  /** Nothing after this step makes sense when it fails. */
  essential?: boolean;
  run(): Promise<Outcome>;
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

function describe({ passed, failed, skipped }: Outcome): string {
  if (failed > 0) return passed + skipped > 0 ? `FAILED (${failed} of ${passed + failed + skipped})` : 'FAILED';
  if (passed === 0) return 'skipped';
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

/** Runs the steps one after the other and returns the sum of what they found. */
export async function runSteps(steps: Step[]): Promise<Outcome> {
  const total: Outcome = { passed: 0, failed: 0, skipped: 0, output: '' };
  let broken = '';
  for (const step of steps) {
    const pending = { ...step, run: async () => skipped(`${broken} failed`) };
    const outcome = await runStep(broken === '' ? step : pending);
    total.passed += outcome.passed;
    total.failed += outcome.failed;
    total.skipped += outcome.skipped;
    if (step.essential === true && outcome.failed > 0) broken = step.name;
  }
  return total;
}
