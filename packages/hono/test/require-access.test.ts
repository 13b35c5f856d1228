import {
  bearerAuth,
  ConfigurationError,
  type Requirements,
  type RouteGuard,
  requireAccess,
  requirePolicy,
  requireScope,
  type Verifier,
} from '@verifier/hono';
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

const policies = { reports: { role: 'clerk' }, orders: { scope: 'write' } };
const unknown = 'The verifier has no policy "report": did you mean reports?';

/** The answer behind a middleware with policies and a hierarchy, and the error that reached the application. */
async function answerBehind(
  guard: (auth: { readonly verifier: Verifier }) => RouteGuard,
): Promise<{ status: number; fault: unknown }> {
  const scopeImplies = { read: ['write'] };
  const auth = bearerAuth({ issuer: issuer.issuer, audience: issuer.audience, policies, scopeImplies });
  let fault: unknown;
  const app = new Hono().use(bearerAuth({ verifier: auth.verifier })).use(guard(auth));
  app.onError((error, c) => {
    if ('getResponse' in error) return c.body(null, 403);
    fault = error.message;
    return c.body(null, 500);
  });
  const { status } = await ask(
    app.get('/', (c) => c.body(null, 204)),
    { token },
  );
  return { status, fault };
}

describe('[ACCESS-POLICY] requirePolicy', () => {
  it('requires the policy of the verifier, which may be shared', async () => {
    expect(await answerBehind((auth) => requirePolicy('reports', auth))).toEqual({ status: 204, fault: undefined });
    expect(await answerBehind(() => requirePolicy('reports'))).toEqual({ status: 204, fault: undefined });
    expect((await answerBehind(() => requireAccess({ policy: 'reports', group: 'sellers' }))).status).toBe(403);
  });

  it('requires the policy of options that come from a function', async () => {
    const auth = bearerAuth(() => ({ issuer: issuer.issuer, audience: issuer.audience, policies }));
    const app = new Hono().use(auth).get('/', requirePolicy('reports'), (c) => c.body(null, 204));
    expect((await ask(app, { token })).status).toBe(204);
  });

  it('rejects an unknown name at start-up with the middleware, and keeps the route closed without it', async () => {
    await expect(answerBehind((auth) => requirePolicy('report', auth))).rejects.toThrow(unknown);
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
