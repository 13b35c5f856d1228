import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { benchmarksDocument } from '../src/report/benchmarks-document.ts';
import { drawCharts } from '../src/report/charts.ts';
import { goalsDocument } from '../src/report/goals-document.ts';
import type { Results } from '../src/results.ts';

function read(path: string): string {
  return readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
}

const results = JSON.parse(read('docs/benchmarks/results.json')) as Results;

describe('the documents of the benchmarks', () => {
  it('show the recorded numbers', () => {
    expect(read('docs/benchmarks.md')).toBe(benchmarksDocument(results));
    expect(read('bench/goals.md')).toBe(goalsDocument(results));
    for (const [name, chart] of Object.entries(drawCharts(results))) {
      expect(read(`docs/benchmarks/${name}`)).toBe(chart);
    }
  });

  it('keep the goals of the project off the page for users', () => {
    expect(benchmarksDocument(results)).not.toMatch(/\bgoals?\b|\bmissed\b/i);
  });
});
