import { exchange } from '@verifier/conformance';
import {
  type AuthMiddleware,
  bearerAuth,
  ConfigurationError,
  type Middleware,
  type Requirements,
  requireAccess,
  requirePolicy,
  requireScope,
} from '@verifier/express';
import { type AuthorizationServer, startAuthorizationServer } from '@verifier/test-issuer';
import express, { type ErrorRequestHandler, type RequestHandler } from 'express';
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

const policies = { reports: { role: 'clerk' }, orders: { scope: 'write' } };
const unknown = 'The verifier has no policy "report": did you mean reports?';

/** The answer behind a middleware with policies and a hierarchy, and the error that reached the application. */
async function answerBehind(guard: (auth: AuthMiddleware) => Middleware): Promise<{ status: number; fault: unknown }> {
  const scopeImplies = { read: ['write'] };
  const auth = bearerAuth({ issuer: issuer.issuer, audience: issuer.audience, policies, scopeImplies });
  let fault: unknown;
  const report: ErrorRequestHandler = (error: Error, _req, res, _next) => {
    fault = error.message;
    res.status(500).end();
  };
  const app = express().use(bearerAuth({ verifier: auth.verifier }));
  const running = await listen(app.use(guard(auth), (_req, res) => void res.status(204).end()).use(report));
  const headers: [string, string][] = [['Authorization', `Bearer ${token}`]];
  const { status } = await exchange(running.origin, { method: 'GET', path: '/', headers });
  await running.close();
  return { status, fault };
}

describe('[ACCESS-POLICY] requirePolicy', () => {
  it('requires the policy of the verifier, which may be shared', async () => {
    expect(await answerBehind((auth) => requirePolicy('reports', auth))).toEqual({ status: 204, fault: undefined });
    expect(await answerBehind(() => requirePolicy('reports'))).toEqual({ status: 204, fault: undefined });
    expect((await answerBehind(() => requireAccess({ policy: 'reports', group: 'sellers' }))).status).toBe(403);
  });

  it('rejects an unknown name at start-up with the middleware, and keeps the route closed without it', async () => {
    await expect(answerBehind((auth) => requirePolicy('report', auth))).rejects.toThrow(unknown);
    await expect(answerBehind(({ verifier }) => requirePolicy('report', { verifier }))).rejects.toThrow(unknown);
    expect(await answerBehind(() => requirePolicy('report'))).toEqual({ status: 500, fault: unknown });
    expect(() => requirePolicy('')).toThrow(ConfigurationError);
  });
});

describe('[ACCESS-HIERARCHY] scopeImplies', () => {
  it('applies to the guards of a shared verifier', async () => {
    expect((await answerBehind(() => requireScope('write'))).status).toBe(204);
    expect((await answerBehind(() => requirePolicy('orders'))).status).toBe(204);
    expect((await answerBehind(() => requireScope('delete'))).status).toBe(403);
  });
});
