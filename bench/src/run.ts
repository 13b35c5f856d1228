import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { describeMachine, describeRun } from './about.ts';
import { benchEventLoop } from './event-loop/event-loop-bench.ts';
import { benchGrowth } from './growth/growth-bench.ts';
import { benchHttp } from './http/http-bench.ts';
import { type Plan, plans } from './plan.ts';
import { printSummary } from './report/console-summary.ts';
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
// Ignored by git: what is not the whole measurement is not evidence.
const scratch = join(root, '.verifier', 'bench');

/**
 * Measures everything and writes `docs/benchmarks.md`. Options: `--quick` for a minute that only shows that everything
 * works, `--only verify,http` for a part, both of which write below `.verifier/`; `--report` writes the document again
 * from the numbers that are there.
 */
export async function run(): Promise<void> {
  const { values } = parseArgs({
    // What stands between this and its caller may pass its own separator on.
    args: process.argv.slice(2).filter((argument) => argument !== '--'),
    options: { quick: { type: 'boolean' }, only: { type: 'string' }, report: { type: 'boolean' } },
  });
  if (values.report === true) return writeReport(docs, readResults(docs));
  const plan = plans[values.quick === true ? 'quick' : 'full'];
  const sections = sectionsOf(values.only);
  const results = await measure(plan, sections);
  const isWhole = plan.name === 'full' && sections.length === Object.keys(benches).length;
  printSummary(results);
  if (plan.name === 'quick') console.log('This was quick: it shows that everything works, and nothing else.');
  writeReport(isWhole ? docs : scratch, results);
}

function sectionsOf(only: string | undefined): Section[] {
  const known = Object.keys(benches) as Section[];
  const chosen = only?.split(',') ?? known;
  const stranger = chosen.find((name) => !known.includes(name as Section));
  if (stranger !== undefined) throw new Error(`There is no ${stranger}; there are ${known.join(', ')}`);
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
