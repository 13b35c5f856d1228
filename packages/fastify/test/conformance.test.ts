import { type AdapterHarness, describeConformance, recordAnswers } from '@verifier/conformance';
import { expect, it } from 'vitest';
import { fastifyHarness, frameworks, styles } from './fastify-harness.ts';

const harnesses = Object.entries(frameworks).flatMap(([name, fastify]) =>
  Object.entries(styles).map(([style, addRoutes]): [string, AdapterHarness] => [
    `${name}, ${style},`,
    fastifyHarness(fastify, addRoutes),
  ]),
);

for (const [name, harness] of harnesses) describeConformance(name, harness);

it('answers the same bytes on every version, whichever way its routes are guarded', async () => {
  const records = await Promise.all(harnesses.map(([, harness]) => recordAnswers(harness)));
  expect(new Set(records.map((record) => JSON.stringify(record))).size).toBe(1);
}, 60_000);
