import { describe, expect, it } from 'vitest';
import { startScenario } from './scenario.ts';

const origin = 'https://app.example';

describe.each(['express', 'fastify', 'nest', 'hono'])('the server in docs/cors.md with @verifier/%s', (name) => {
  it('answers a preflight before the guard, and exposes the challenge', async () => {
    const scenario = await startScenario('docs/cors.md', `@verifier/${name}`);
    const preflight = await fetch(`${scenario.origin}/orders`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'GET', 'access-control-request-headers': 'authorization' },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-origin')).toBe(origin);
    expect(preflight.headers.get('access-control-allow-headers')).toBe('authorization');
    expect(preflight.headers.get('access-control-max-age')).toBe('600');

    const refused = await fetch(`${scenario.origin}/orders`, { headers: { origin } });
    expect(refused.status).toBe(401);
    expect(refused.headers.get('access-control-allow-origin')).toBe(origin);
    const exposed = refused.headers.get('access-control-expose-headers')?.split(/, ?/);
    expect(exposed).toEqual(['WWW-Authenticate', 'Retry-After']);

    const token = await scenario.tokenOf('alice');
    expect((await scenario.get('/orders', token)).status).toBe(200);
  });
});
