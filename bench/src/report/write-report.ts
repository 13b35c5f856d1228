import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Results } from '../results.ts';
import { drawCharts } from './charts.ts';
import { writeDocument } from './document.ts';

const resultsFile = join('benchmarks', 'results.json');

/** Writes `benchmarks.md`, and beside it its charts and the numbers they show. */
export function writeReport(folder: string, results: Results): void {
  mkdirSync(join(folder, 'benchmarks'), { recursive: true });
  for (const [name, chart] of Object.entries(drawCharts(results))) {
    writeFileSync(join(folder, 'benchmarks', name), chart);
  }
  writeFileSync(join(folder, resultsFile), `${JSON.stringify(results, undefined, 1)}\n`);
  writeFileSync(join(folder, 'benchmarks.md'), writeDocument(results));
  console.log(`Written: ${join(folder, 'benchmarks.md')}`);
}

/** The numbers of the last report. */
export function readResults(folder: string): Results {
  return JSON.parse(readFileSync(join(folder, resultsFile), 'utf8')) as Results;
}
