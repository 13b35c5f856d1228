import { exchange, withResultHeader } from '@verifier/conformance';
import { bearerAuth, ConfigurationError, createVerifier, requireScope, type Verifier } from '@verifier/express';
import { type AuthorizationServer, startAuthorizationServer } from '@verifier/test-issuer';
import type { ErrorRequestHandler, Express, RequestHandler } from 'express';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { frameworks } from './express-harness.ts';
import { listen } from './listen.ts';

let issuer: AuthorizationServer;
let verifier: Verifier;
let token: string;

beforeAll(async () => {
  issuer = await startAuthorizationServer();
  verifier = createVerifier({ issuer: issuer.issuer, audience: issuer.audience, optional: true });
  token = await issuer.token({ scope: 'read' });
});

afterAll(() => Promise.all([verifier.close(), issuer.close()]));

async function send(app: Express, credentials?: string): Promise<{ status: number; nonce: string | undefined }> {
  const running = await listen(app);
  const headers = credentials === undefined ? [] : ([['Authorization', `Bearer ${credentials}`]] as const);
  const response = await exchange(running.origin, { method: 'GET', path: '/', headers });
  await running.close();
  const [, nonce] = response.headers.find(([name]) => name.toLowerCase() === 'dpop-nonce') ?? [];
  return { status: response.status, nonce };
}

describe.each(Object.entries(frameworks))('%s: the headers of a result', (_name, express) => {
  const ok: RequestHandler = (_req, res) => void res.json('ok');

  it('[ADAPTERS-RESULT-HEADERS] are on the response of the application, also for an anonymous request', async () => {
    const app = express().use(bearerAuth({ verifier: withResultHeader(verifier) }), ok);
    expect(await send(app, token)).toEqual({ status: 200, nonce: 'next' });
    expect(await send(app)).toEqual({ status: 200, nonce: 'next' });
  });

  it('are on no response to credentials that are denied', async () => {
    const app = express().use(bearerAuth({ verifier: withResultHeader(verifier) }), ok);
    expect(await send(app, 'nonsense')).toEqual({ status: 401, nonce: undefined });
  });

  it('stay on the response if a route guard denies access', async () => {
    const app = express().use(bearerAuth({ verifier: withResultHeader(verifier) }), requireScope('write'), ok);
    expect(await send(app, token)).toEqual({ status: 403, nonce: 'next' });
  });

  it('are left out if a response was sent already', async () => {
    const early: RequestHandler = (_req, res, next) => {
      res.status(504).end();
      next();
    };
    const unfinished: RequestHandler = () => {};
    const failed = vi.fn<ErrorRequestHandler>((_error, _req, _res, next) => next());
    const app = express().use(early, bearerAuth({ verifier: withResultHeader(verifier) }), unfinished, failed);
    expect(await send(app, token)).toEqual({ status: 504, nonce: undefined });
    expect(failed).not.toHaveBeenCalled();
  });

  it('may be missing, as in the results of an earlier release', async () => {
    const earlier = { ...withResultHeader(verifier), authenticate: () => Object({ ok: true, auth: null }) };
    expect(await send(express().use(bearerAuth({ verifier: earlier }), ok))).toMatchObject({ status: 200 });
  });
});

describe.each(Object.entries(frameworks))('%s: a ConfigurationError of authenticate()', (_name, express) => {
  it('goes to the error handler, and the route stays closed', async () => {
    const route = vi.fn<RequestHandler>((_req, res) => void res.end());
    const errors: unknown[] = [];
    const handler: ErrorRequestHandler = (error, _req, res, _next) => {
      errors.push(error);
      res.status(500).end();
    };
    const failing = {
      ...withResultHeader(verifier),
      authenticate: () => verifier.authenticate(Object({}), Object({ scopes: 'x' })),
    };
    const app = express().use(bearerAuth({ verifier: failing }), route, handler);
    expect(await send(app, token)).toMatchObject({ status: 500 });
    expect(errors).toEqual([expect.any(ConfigurationError)]);
    expect(route).not.toHaveBeenCalled();
  });
});
