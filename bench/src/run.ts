import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { describeMachine, describeRun } from './about.ts';
import { benchEventLoop } from './event-loop/event-loop-bench.ts';
import { benchGrowth } from './growth/growth-bench.ts';
import { benchHttp } from './http/http-bench.ts';
import { type Plan, plans } from './plan.ts';
import { printComparison, printSummary } from './report/console-summary.ts';
import { readResults, writeReport } from './report/write-report.ts';
import type { Measurements, Results } from './results.ts';
import { benchStart } from './start/start-bench.ts';
import { benchVerify } from './verify/verify-bench.ts';

type Section = keyof Measurements;
type Bench = (plan: Plan, say: (line: string) => void) => Promise<Measurements[Section]>;

const benches: Readonly<Record<Section, Bench>> = {
  verify: benchVerify,
  http: benchHttp,
  start: benchStart,
  growth: benchGrowth,
  eventLoop: benchEventLoop,
};

const root = join(import.meta.dirname, '../..');
const docs = join(root, 'docs');
const published = { report: docs, goals: join(root, 'bench') };
// Ignored by git: a part of the measurement is not evidence.
const scratch = { report: join(root, '.verifier', 'bench'), goals: join(root, '.verifier', 'bench') };

/**
 * Measures everything and writes `docs/benchmarks.md` and `bench/goals.md`.
 *
 * - `--quick` takes a minute and only shows that everything works; `--only verify,http` measures a part. Both write
 *   below `.verifier/`.
 * - `--check` compares the run with the recorded one, fails if a row is worse than its threshold, and writes below
 *   `.verifier/`.
 * - `--report` measures nothing and uses the recorded run.
 */
export async function run(): Promise<void> {
  const { values } = parseArgs({
    // turbo and pnpm pass their own separator on.
    args: process.argv.slice(2).filter((argument) => argument !== '--'),
    options: {
      quick: { type: 'boolean' },
      only: { type: 'string' },
      report: { type: 'boolean' },
      check: { type: 'boolean' },
    },
  });
  const recorded = readResults(docs);
  if (values.report === true && values.check !== true) return writeReport(published, recorded);
  const plan = plans[values.quick === true ? 'quick' : 'full'];
  const sections = sectionsOf(values.only);
  const results = values.report === true ? recorded : await measure(plan, sections);
  const isWhole = plan.name === 'full' && sections.length === Object.keys(benches).length;
  printSummary(results);
  if (plan.name === 'quick') console.log('This was a quick run: its numbers only show that everything works.');
  writeReport(isWhole && values.check !== true ? published : scratch, results);
  if (values.check === true && !printComparison(recorded, results)) process.exitCode = 1;
}

function sectionsOf(only: string | undefined): Section[] {
  const known = Object.keys(benches) as Section[];
  const chosen = only?.split(',') ?? known;
  const unknown = chosen.find((name) => !known.includes(name as Section));
  if (unknown !== undefined) throw new Error(`Unknown section ${unknown}; the sections are ${known.join(', ')}`);
  return known.filter((name) => chosen.includes(name));
}

async function measure(plan: Plan, sections: readonly Section[]): Promise<Results> {
  const machine = describeMachine();
  const startedAt = performance.now();
  const say = (line: string): void => {
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
    console.log(`${seconds.padStart(5)} s  ${line}`);
  };
  const measured: Partial<Record<Section, unknown>> = {};
  for (const section of sections) measured[section] = await benches[section](plan, say);
  const minutes = (performance.now() - startedAt) / 60_000;
  return { about: describeRun(plan, 'npm run bench', machine, minutes), ...(measured as Measurements) };
}
