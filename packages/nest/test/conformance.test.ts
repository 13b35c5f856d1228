import { describeConformance, recordAnswers } from '@verifier/conformance';
import { expect, it } from 'vitest';
import { nestHarness } from './nest-harness.ts';
import { platforms } from './platforms.ts';
import { major } from './versions.ts';

for (const [name, platform] of Object.entries(platforms)) {
  describeConformance(`Nest ${major} on ${name}`, nestHarness(platform));
}

it('answers the same bytes on Express and on Fastify', async () => {
  const answers = Object.values(platforms).map((platform) => recordAnswers(nestHarness(platform)));
  const [express, fastify] = await Promise.all(answers);
  expect(JSON.stringify(express)).toBe(JSON.stringify(fastify));
}, 60_000);
