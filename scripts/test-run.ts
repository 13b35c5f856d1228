import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { run } from './command.ts';
import { type Outcome, skipped } from './step.ts';
import { findNode, mainVersion, resultsFolder } from './workspace.ts';

export interface TestRunOptions {
  /** The major version of Node.js. */
  node: number;
  /** Whether the random lane tries five times as many inputs. */
  long: boolean;
}

/** The part of vitest's JSON report that is read. */
interface TestReport {
  success: boolean;
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  testResults: { assertionResults: { status: string; fullName: string }[] }[];
}

// The fast lane of core reuses processes to save time. Here each of its files runs in its own, as all other files do.
const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--pool=forks'];

// Compilers, other runtimes and the examples behave the same whichever Node.js starts them.
const mainVersionOnly = ['*-types', '*-runtimes', 'example-*'];

/** Sizes of core's random runs; each test names its default. */
const longRandomRuns = {
  VERIFIER_TOKENS: '100000',
  VERIFIER_KEY_SETS: '12500',
  VERIFIER_SEQUENCES: '1500',
  VERIFIER_INTERLEAVINGS: '1000',
};

/** Counts the tests that `describeWith` skipped, by the program in their titles. */
export function countMissing(testResults: TestReport['testResults']): Record<string, number> {
  const missing: Record<string, number> = {};
  for (const { status, fullName } of testResults.flatMap(({ assertionResults }) => assertionResults)) {
    const [, program] = /\(needs ([^)]+)\)/.exec(fullName) ?? [];
    if (program === undefined || status === 'passed' || status === 'failed') continue;
    missing[program] = (missing[program] ?? 0) + 1;
  }
  return missing;
}

function readReport(file: string): Omit<Outcome, 'output'> & { success: boolean; missing: Record<string, number> } {
  const report = JSON.parse(readFileSync(file, 'utf8')) as TestReport;
  return {
    missing: countMissing(report.testResults),
    success: report.success,
    passed: report.numPassedTests,
    failed: report.numFailedTests,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

/** Runs the tests of every package on one version of Node.js. */
export async function runTests({ node: major, long }: TestRunOptions): Promise<Outcome> {
  const node = findNode(major);
  if (node === undefined) return skipped(`the workspace has no Node.js ${major} for this machine`);
  const reportFile = join(resultsFolder, `tests-${major}.json`);
  mkdirSync(resultsFolder, { recursive: true });
  rmSync(reportFile, { force: true });
  const reporters = ['--reporter=dot', '--reporter=json', `--outputFile.json=${reportFile}`];
  const selection = major === mainVersion ? [] : mainVersionOnly.map((name) => `--project=!${name}`);
  const PATH = [dirname(node), process.env['PATH']].join(delimiter);
  const { ok, output } = await run(node, [...vitest, ...reporters, ...selection], {
    env: { PATH, NO_COLOR: '1', FORCE_COLOR: undefined, ...(long ? longRandomRuns : {}) },
    timeout: 1200,
  });
  try {
    const { success, missing, ...counts } = readReport(reportFile);
    // A file that cannot be loaded, or an error outside any test, fails the run without a failed test.
    const failed = ok && success ? 0 : Math.max(1, counts.failed);
    return { ...counts, failed, output, testRun: { node: major, cases: counts.passed + counts.failed, missing } };
  } catch {
    return { passed: 0, failed: 1, skipped: 0, output: `${output}\nvitest wrote no report.` };
  }
}
