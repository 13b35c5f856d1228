import { bearerAuth, ConfigurationError, type Requirements, requireAccess } from '@verifier/hono';
import { type AuthorizationServer, startAuthorizationServer } from '@verifier/test-issuer';
import { type Handler, Hono } from 'hono';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ask } from './question.ts';

let issuer: AuthorizationServer;
let token: string;

beforeAll(async () => {
  issuer = await startAuthorizationServer();
  token = await issuer.sign({ scope: 'read', roles: ['clerk'], groups: 'buyers', permissions: ['ship'] });
});

afterAll(() => issuer.close());

async function statusFor(requirements: Requirements): Promise<{ status: number; reached: boolean }> {
  const route = vi.fn<Handler>((c) => c.body(null, 204));
  const auth = bearerAuth({ issuer: issuer.issuer, audience: issuer.audience });
  const { status } = await ask(new Hono().use(auth).use(requireAccess(requirements)).get('/', route), { token });
  return { status, reached: route.mock.calls.length > 0 };
}

describe('requireAccess', () => {
  it.each<[Requirements]>([
    [{ role: 'clerk', scope: 'read', group: 'buyers', permission: 'ship' }],
    [{ anyRole: ['boss', 'clerk'] }],
  ])('grants access to a token that meets every member: %j', async (requirements) => {
    expect(await statusFor(requirements)).toEqual({ status: 204, reached: true });
  });

  it.each<[Requirements]>([[{ role: 'cler' }], [{ role: 'clerk', group: 'sellers' }], [{ anyPermission: ['sell'] }]])(
    'answers 403 and keeps the route closed if one is not met: %j',
    async (requirements) => {
      expect(await statusFor(requirements)).toEqual({ status: 403, reached: false });
    },
  );

  it.each([
    {},
    { roles: 'clerk' },
    { scope: 'read', rolle: 'a' },
    { role: [] },
    { anyScope: [] },
    { scope: undefined },
    { scope: 'a"b' },
    { optional: 1 },
    undefined,
  ])('rejects %j at start-up', (requirements) => {
    expect(() => requireAccess(requirements as Requirements)).toThrow(ConfigurationError);
  });
});
