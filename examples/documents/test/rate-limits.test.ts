import { describe, expect, it } from 'vitest';
import { type Scenario, startScenario } from './scenario.ts';

/** Sends requests one after the other, and returns how many of them got each status. */
async function statuses(scenario: Scenario, count: number, token?: string): Promise<Record<number, number>> {
  const counts: Record<number, number> = {};
  for (let index = 0; index < count; index += 1) {
    const response = await scenario.get('/orders', token);
    await response.body?.cancel();
    counts[response.status] = (counts[response.status] ?? 0) + 1;
  }
  return counts;
}

describe.each(['express', 'fastify', 'nest', 'hono'])('the server in docs/rate-limits.md with @verifier/%s', (name) => {
  it('limits each subject by itself, and all requests of an address', async () => {
    const scenario = await startScenario('docs/rate-limits.md', `@verifier/${name}`);
    const [alice, bob] = [await scenario.tokenOf('alice'), await scenario.tokenOf('bob')];
    expect(await statuses(scenario, 101, alice)).toEqual({ 200: 100, 429: 1 });
    expect(await statuses(scenario, 50, bob)).toEqual({ 200: 50 });
    const limited = await scenario.get('/orders', alice);
    expect(limited.status).toBe(429);
    expect(Number(limited.headers.get('retry-after'))).toBeGreaterThan(0);
    // One request was sent before, to find out whether the server listens.
    expect(await statuses(scenario, 147, 'bad')).toEqual({ 401: 147 });
    const flooded = await scenario.get('/orders', 'bad');
    expect(flooded.status).toBe(429);
    expect(Number(flooded.headers.get('retry-after'))).toBeGreaterThan(0);
  }, 60_000);
});
