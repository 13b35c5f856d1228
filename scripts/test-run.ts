import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { run } from './command.ts';
import { type Outcome, skipped } from './step.ts';
import { findNode, resultsFolder, root } from './workspace.ts';

/** What is read of the report that vitest writes. */
interface TestReport {
  success: boolean;
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
}

function readReport(file: string, ok: boolean, output: string): Outcome {
  const report = JSON.parse(readFileSync(file, 'utf8')) as TestReport;
  const success = ok && report.success;
  // A file that cannot be loaded, or an error outside of any test, fails the run without a failed test.
  const failedTests = success ? 0 : Math.max(1, report.numFailedTests);
  return {
    passed: report.numPassedTests,
    failed: failedTests,
    skipped: report.numPendingTests + report.numTodoTests,
    output,
  };
}

// What compilers and other runtimes do is the same whichever Node.js starts them, and long random runs are long.
// Patterns are relative to each package.
const onceIsEnough = ['test/types.test.ts', 'test/runtimes.test.ts', 'test/security/**'];

/** Runs the tests of the named projects (all of them when none is named) on one version of Node.js. */
export async function runTests(major: number, projects: string[] = []): Promise<Outcome> {
  const node = findNode(major);
  if (node === undefined) return skipped(`There is no Node.js ${major} for this machine in the workspace.`);
  const report = join(resultsFolder, `tests-${major}.json`);
  mkdirSync(resultsFolder, { recursive: true });
  rmSync(report, { force: true });
  const args = ['node_modules/vitest/vitest.mjs', 'run', '--passWithNoTests', '--reporter=dot', '--reporter=json'];
  const selection = projects.map((name) => `--project=${name}`);
  if (projects.length > 0) selection.push(...onceIsEnough.map((pattern) => `--exclude=${pattern}`));
  const PATH = [dirname(node), process.env['PATH']].join(delimiter);
  const { ok, output } = await run(node, [...args, `--outputFile.json=${report}`, ...selection], {
    cwd: root,
    env: { PATH, NO_COLOR: '1', FORCE_COLOR: undefined },
  });
  try {
    return readReport(report, ok, output);
  } catch {
    return { passed: 0, failed: 1, skipped: 0, output: `${output}\nvitest left no report.` };
  }
}
