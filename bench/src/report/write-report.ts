import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Results } from '../results.ts';
import { benchmarksDocument } from './benchmarks-document.ts';
import { drawCharts } from './charts.ts';
import { goalsDocument } from './goals-document.ts';

const resultsFile = join('benchmarks', 'results.json');

/** The folders that a report is written to. */
export interface ReportFolders {
  /** For `benchmarks.md`, its charts and the numbers in them. */
  readonly report: string;
  /** For `goals.md`. */
  readonly goals: string;
}

/** Writes `benchmarks.md` with its charts and numbers, and `goals.md`. */
export function writeReport({ report, goals }: ReportFolders, results: Results): void {
  mkdirSync(join(report, 'benchmarks'), { recursive: true });
  for (const [name, chart] of Object.entries(drawCharts(results))) {
    writeFileSync(join(report, 'benchmarks', name), chart);
  }
  writeFileSync(join(report, resultsFile), `${JSON.stringify(results, undefined, 1)}\n`);
  writeFileSync(join(report, 'benchmarks.md'), benchmarksDocument(results));
  writeFileSync(join(goals, 'goals.md'), goalsDocument(results));
  console.log(`Written: ${join(report, 'benchmarks.md')}, ${join(goals, 'goals.md')}`);
}

/** Reads the numbers of the recorded run. */
export function readResults(folder: string): Results {
  return JSON.parse(readFileSync(join(folder, resultsFile), 'utf8')) as Results;
}
