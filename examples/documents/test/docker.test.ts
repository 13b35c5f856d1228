import { expect, it } from 'vitest';
import { startScenario } from './scenario.ts';

it('the server in docs/docker.md fetches keys from another host than that of the issuer', async () => {
  const scenario = await startScenario('docs/docker.md', 'dangerouslyAllowInsecure');
  expect(scenario.issuer.issuer).toContain('//127.0.0.1:');
  expect((await scenario.get('/profile')).status).toBe(401);
  const response = await scenario.get('/profile', await scenario.tokenOf('alice'));
  expect(await response.json()).toEqual({ subject: 'alice' });
  expect((await scenario.get('/ready')).status).toBe(200);
  expect((await scenario.get('/health')).status).toBe(200);
});
