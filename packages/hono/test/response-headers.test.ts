import { withResultHeader } from '@verifier/conformance';
import { bearerAuth, ConfigurationError, createVerifier, requireScope, type Verifier } from '@verifier/hono';
import { type AuthorizationServer, startAuthorizationServer } from '@verifier/test-issuer';
import { Hono } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { listen } from './runtimes/node.ts';

let issuer: AuthorizationServer;
let verifier: Verifier;
let token: string;

beforeAll(async () => {
  issuer = await startAuthorizationServer();
  verifier = createVerifier({ issuer: issuer.issuer, audience: issuer.audience, optional: true });
  token = await issuer.token({ scope: 'read' });
});

afterAll(() => Promise.all([verifier.close(), issuer.close()]));

async function send(
  app: Pick<Hono, 'request'>,
  credentials?: string,
): Promise<{ status: number; nonce: string | null }> {
  const headers: Record<string, string> = credentials === undefined ? {} : { Authorization: `Bearer ${credentials}` };
  const response = await app.request('/', { headers });
  return { status: response.status, nonce: response.headers.get('dpop-nonce') };
}

function createApp(): Hono {
  const app = new Hono();
  app.use(bearerAuth({ verifier: withResultHeader(verifier) }));
  return app;
}

const added = { status: 200, nonce: 'next' };

describe('the headers of a result', () => {
  it('[ADAPTERS-RESULT-HEADERS] are on the response of the application, also for an anonymous request', async () => {
    const app = createApp().get('/', (c) => c.text('ok'));
    expect(await send(app, token)).toEqual(added);
    expect(await send(app)).toEqual(added);
  });

  it('are on a response that the application made itself, whose headers may be immutable', async () => {
    expect(
      await send(
        createApp().get('/', () => new Response('ok')),
        token,
      ),
    ).toEqual(added);
    const { origin, close } = await listen(new Hono().get('/', (c) => c.text('ok')));
    expect(
      await send(
        createApp().get('/', () => fetch(origin)),
        token,
      ),
    ).toEqual(added);
    await close();
  });

  it('are on no response to credentials that are denied', async () => {
    const app = createApp().get('/', (c) => c.text('ok'));
    expect(await send(app, 'nonsense')).toEqual({ status: 401, nonce: null });
  });

  it('are on the response if a route guard denies access, or if the route fails', async () => {
    const denied = createApp().get('/', requireScope('write'), (c) => c.text('ok'));
    expect(await send(denied, token)).toEqual({ status: 403, nonce: 'next' });
    const failed = createApp().get('/', () => {
      throw new HTTPException(418);
    });
    expect(await send(failed, token)).toEqual({ status: 418, nonce: 'next' });
    expect(await send(createApp(), token)).toEqual({ status: 404, nonce: 'next' });
  });

  it('leave an upgraded connection alone', async () => {
    const upgraded = Object.defineProperty(new Response(null), 'status', { value: 101 });
    const app = createApp().get('/', () => upgraded);
    expect(await app.request('/', { headers: { Authorization: `Bearer ${token}` } })).toBe(upgraded);
  });

  it('may be missing, as in the results of an earlier release', async () => {
    const earlier = { ...withResultHeader(verifier), authenticate: () => Object({ ok: true, auth: null }) };
    const app = new Hono().use(bearerAuth({ verifier: earlier })).get('/', (c) => c.text('ok'));
    expect(await send(app)).toEqual({ status: 200, nonce: null });
  });
});

describe('a ConfigurationError of authenticate()', () => {
  it('goes to app.onError, and the route stays closed', async () => {
    const route = vi.fn(() => new Response('ok'));
    const failed = vi.fn();
    const failing = {
      ...withResultHeader(verifier),
      authenticate: () => verifier.authenticate(Object({}), Object({ scopes: 'x' })),
    };
    const app = new Hono().use(bearerAuth({ verifier: failing })).get('/', route);
    app.onError((error, c) => {
      failed(error);
      return c.text('failed', 500);
    });
    expect(await send(app, token)).toMatchObject({ status: 500 });
    expect(failed).toHaveBeenCalledWith(expect.any(ConfigurationError));
    expect(route).not.toHaveBeenCalled();
  });
});
