import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { startWarmScenario } from '../support/scenario.ts';

const src = fileURLToPath(new URL('../../src/', import.meta.url));
const page = readFileSync(fileURLToPath(new URL('../../../../docs/operations.md', import.meta.url)), 'utf8');

function named(text: string, pattern: RegExp): string[] {
  return [...new Set([...text.matchAll(pattern)].map(([, name = '']) => name))].toSorted();
}

/** The names in the first column of the table below a heading. */
function listed(heading: string): string[] {
  const [, section = ''] = page.split(`\n## ${heading}\n`);
  const [table = ''] = section.split('\n## ');
  const firstCells = table.split('\n').flatMap((line) => (line.startsWith('| `') ? [line.split('|')[1] ?? ''] : []));
  return named(firstCells.join(' '), /`([^`]+)`/g);
}

describe('docs/operations.md', () => {
  it('[EVENTS-DOCUMENTED] lists every warning, and no other', () => {
    const sources = globSync('**/*.ts', { cwd: src }).map((file) => readFileSync(`${src}${file}`, 'utf8'));
    expect(listed('Warnings')).toEqual(named(sources.join('\n'), /'(VERIFIER_[A-Z_]+)'/g));
  });

  it('[EVENTS-DOCUMENTED] lists every event, and no other', () => {
    const events = readFileSync(`${src}observability/events.ts`, 'utf8');
    expect(listed('Events')).toEqual(named(events, /type: '([a-z-]+)'/g));
  });

  it('[EVENTS-DOCUMENTED] lists every member of stats(), and no other', async () => {
    const scenario = await startWarmScenario();
    const stats = scenario.verifier.stats();
    const members = Object.keys(stats).filter((name) => name !== 'issuers');
    const ofIssuers = Object.keys(scenario.keyStats()).map((name) => `issuers.*.${name}`);
    expect(listed('Statistics')).toEqual([...members, ...ofIssuers].toSorted());
  });
});
