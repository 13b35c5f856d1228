import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { projectFile } from '../src/environment.ts';
import { shortenDurations } from '../src/shorten-durations.ts';

it.each([
  ['        for: 5m', '        for: 3000ms'],
  ['rate(verifier_refused_total{code="ERR_1d"}[10m])', 'rate(verifier_refused_total{code="ERR_1d"}[6000ms])'],
  ['avg_over_time(x[1d:5m] offset 1h) > 5', 'avg_over_time(x[864000ms:3000ms] offset 36000ms) > 5'],
  ['for 5 minutes, in 5m', 'for 5 minutes, in 5m'],
])('[METRICS-EXAMPLE] %s becomes %s', (rule, shortened) => {
  expect(shortenDurations(rule, 100)).toBe(shortened);
});

it('[METRICS-EXAMPLE] changes nothing but durations in the shipped rules', () => {
  const rules = readFileSync(projectFile('observability/alerts.yml'), 'utf8');
  const shortened = shortenDurations(rules, 200);
  const durations = /(?<=\bfor: )\w+$|(?<=\[)[\w:]+(?=\])|(?<=\boffset )\w+/gm;
  expect(shortened.replaceAll(durations, '')).toBe(rules.replaceAll(durations, ''));
  expect(shortened.match(durations)).toHaveLength(rules.match(durations)?.length ?? 0);
  for (const duration of shortened.match(durations) ?? []) expect(duration).toMatch(/^\d+ms(:\d+ms)?$/);
});
