import { expect, it } from 'vitest';
import { startScenario } from './scenario.ts';

const page = 'docs/authorization.md';

it('[ACCESS-HIERARCHY] the server with scopeImplies accepts what a scope implies', async () => {
  const { get, issuer } = await startScenario(page, "requireScope('orders:read')");
  const statusFor = async (scope: string): Promise<number> =>
    (await get('/orders', await issuer.sign({ scope }))).status;
  expect(await statusFor('orders:admin')).toBe(200);
  expect(await statusFor('orders:read')).toBe(200);
  expect(await statusFor('orders')).toBe(403);
});

it('[ACCESS-POLICY] the server with policies requires all of a policy', async () => {
  const { origin, issuer } = await startScenario(page, "requirePolicy('orders', auth)");
  const statusFor = async (claims: object): Promise<number> => {
    const authorization = `Bearer ${await issuer.sign({ ...claims })}`;
    const { status } = await fetch(`${origin}/orders`, { method: 'POST', headers: { authorization } });
    return status;
  };
  expect(await statusFor({ scope: 'orders:write', roles: ['editor'] })).toBe(201);
  expect(await statusFor({ scope: 'orders:write' })).toBe(403);
  expect(await statusFor({ roles: ['editor'] })).toBe(403);
});
