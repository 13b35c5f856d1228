import { expect, it } from 'vitest';
import { startScenario } from './scenario.ts';

it('a server in docs/observability.md publishes its metrics', async () => {
  const scenario = await startScenario('docs/observability.md', 'collectDefaultMetrics');
  expect((await scenario.get('/orders', await scenario.tokenOf('alice'))).status).toBe(200);
  expect((await scenario.get('/orders')).status).toBe(401);
  const response = await fetch(`${scenario.origin}/metrics`);
  expect(response.headers.get('content-type')).toContain('version=0.0.4');
  const text = await response.text();
  expect(text).toContain('verifier_authentications_total{verifier="default",result="success"} 1\n');
  expect(text).toMatch(/^verifier_refused_total\{verifier="default",code="ERR_CREDENTIALS_MISSING"\} [1-9]/m);
  expect(text).toContain('process_cpu_seconds_total ');
});
