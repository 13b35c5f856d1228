import { describeConformance, recordAnswers } from '@verifier/conformance';
import { expect, it } from 'vitest';
import { expressHarness, frameworks } from './express-harness.ts';

for (const [name, express] of Object.entries(frameworks)) describeConformance(name, expressHarness(express));

it('answers the same bytes on Express 4 and on Express 5', async () => {
  const [four, five] = await Promise.all(Object.values(frameworks).map((each) => recordAnswers(expressHarness(each))));
  expect(JSON.stringify(four)).toBe(JSON.stringify(five));
}, 60_000);
