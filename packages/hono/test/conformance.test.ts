import { type AdapterHarness, describeConformance, recordAnswers } from '@verifier/conformance';
import { expect, it } from 'vitest';
import { runtimes, type TestRuntime } from './runtimes/index.ts';

function harnessOf({ start }: TestRuntime): AdapterHarness {
  return { start: (app) => start({ conformance: app }) };
}

for (const runtime of runtimes) describeConformance(`Hono on ${runtime.name}`, harnessOf(runtime));

it('answers the same bytes on every runtime', async () => {
  const [first, ...others] = await Promise.all(runtimes.map((runtime) => recordAnswers(harnessOf(runtime))));
  for (const other of others) expect(JSON.stringify(other)).toBe(JSON.stringify(first));
}, 60_000);
