import { exchange } from '@verifier/conformance';
import { bearerAuth, ConfigurationError, type Requirements, requireAccess } from '@verifier/express';
import { type AuthorizationServer, startAuthorizationServer } from '@verifier/test-issuer';
import express, { type RequestHandler } from 'express';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { listen } from './listen.ts';

let issuer: AuthorizationServer;
let token: string;

beforeAll(async () => {
  issuer = await startAuthorizationServer();
  token = await issuer.sign({
    scope: 'read',
    roles: ['clerk', 'order admin'],
    groups: 'buyers',
    permissions: ['ship'],
  });
});

afterAll(() => issuer.close());

async function statusFor(requirements: Requirements): Promise<{ status: number; reached: boolean }> {
  const route = vi.fn<RequestHandler>((_req, res) => void res.status(204).end());
  const app = express().use(bearerAuth({ issuer: issuer.issuer, audience: issuer.audience }));
  const running = await listen(app.use(requireAccess(requirements), route));
  const headers: [string, string][] = [['Authorization', `Bearer ${token}`]];
  const { status } = await exchange(running.origin, { method: 'GET', path: '/', headers });
  await running.close();
  return { status, reached: route.mock.calls.length > 0 };
}

describe('requireAccess', () => {
  it.each<[Requirements]>([
    [{ role: 'clerk' }],
    [{ role: 'order admin' }],
    [{ role: ['clerk', 'order admin'], scope: 'read', group: 'buyers', permission: 'ship' }],
    [{ anyRole: ['boss', 'clerk'], anyGroup: ['buyers'], anyPermission: ['sell', 'ship'] }],
    [{ claims: ({ sub }) => typeof sub === 'string' }],
  ])('grants access to a token that meets every member: %j', async (requirements) => {
    expect(await statusFor(requirements)).toEqual({ status: 204, reached: true });
  });

  it.each<[Requirements]>([
    [{ role: 'cler' }],
    [{ role: 'admin' }],
    [{ role: ['clerk', 'boss'] }],
    [{ role: 'clerk', group: 'sellers' }],
    [{ anyPermission: ['sell'] }],
    [{ role: 'clerk', claims: () => false }],
  ])('answers 403 and keeps the route closed if one is not met: %j', async (requirements) => {
    expect(await statusFor(requirements)).toEqual({ status: 403, reached: false });
  });

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
