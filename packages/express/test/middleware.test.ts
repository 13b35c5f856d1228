import type { EventEmitter } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { exchange, type RawResponse, type RunningApp } from '@verifier/conformance';
import {
  bearerAuth,
  ConfigurationError,
  type GuardOptions,
  getAuth,
  isAuthError,
  requireAccess,
  requireAnyScope,
  requireClaims,
  requireScope,
} from '@verifier/express';
import { type AuthorizationServer, startAuthorizationServer } from '@verifier/test-issuer';
import cors from 'cors';
import type { ErrorRequestHandler, Express, RequestHandler } from 'express';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { frameworks } from './express-harness.ts';
import { listen } from './listen.ts';

let issuer: AuthorizationServer;
let token: string;
const running: RunningApp[] = [];

beforeAll(async () => {
  issuer = await startAuthorizationServer();
  token = await issuer.token({ scope: 'read' });
});

afterEach(async () => {
  await Promise.all(running.splice(0).map((app) => app.close()));
});

afterAll(() => issuer.close());

function options(): { issuer: string; audience: string } {
  return { issuer: issuer.issuer, audience: issuer.audience };
}

interface Question {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

async function ask(app: Express, { method = 'GET', path = '/', headers = {} }: Question = {}): Promise<RawResponse> {
  const served = await listen(app);
  running.push(served);
  return exchange(served.origin, { method, path, headers: Object.entries(headers) });
}

function headerOf({ headers }: RawResponse, name: string): string | undefined {
  return headers.find(([candidate]) => candidate.toLowerCase() === name)?.[1];
}

const bearer = (): Record<string, string> => ({ Authorization: `Bearer ${token}` });

describe.each(Object.entries(frameworks))('%s', (_name, express) => {
  const noContent: RequestHandler = (_req, res) => void res.sendStatus(204);

  function collector(): { readonly errors: unknown[]; readonly handler: ErrorRequestHandler } {
    const errors: unknown[] = [];
    const handler: ErrorRequestHandler = (error, _req, res, _next) => {
      errors.push(error);
      res.status(error.status ?? 500).json('handled');
    };
    return { errors, handler };
  }

  describe('a preflight request', () => {
    const preflight = {
      method: 'OPTIONS',
      headers: { Origin: 'https://app.example', 'Access-Control-Request-Method': 'GET' },
    };

    it('is answered by cors if it is mounted first', async () => {
      const app = express().use(cors(), bearerAuth(options()), noContent);
      const answer = await ask(app, preflight);
      expect(answer.status).toBe(204);
      expect(headerOf(answer, 'access-control-allow-origin')).toBe('*');
    });

    it('is answered with 401 if cors is mounted later', async () => {
      const after = vi.fn(noContent);
      const answer = await ask(express().use(bearerAuth(options()), cors(), after), preflight);
      expect(answer.status).toBe(401);
      expect(after).not.toHaveBeenCalled();
    });

    it('can read a denied request in a browser if cors is mounted first', async () => {
      const app = express().use(cors({ exposedHeaders: 'WWW-Authenticate' }), bearerAuth(options()), noContent);
      const answer = await ask(app, { headers: { Origin: 'https://app.example' } });
      expect(answer.status).toBe(401);
      expect(headerOf(answer, 'access-control-allow-origin')).toBe('*');
      expect(headerOf(answer, 'www-authenticate')).toBe('Bearer realm="api"');
    });
  });

  describe("onError: 'framework'", () => {
    const framework = (): GuardOptions => ({ ...options(), onError: 'framework' });

    it('passes an error with status, statusCode and headers', async () => {
      const { errors, handler } = collector();
      await ask(express().use(bearerAuth(framework()), noContent, handler));
      expect(errors).toHaveLength(1);
      expect(isAuthError(errors[0])).toBe(true);
      expect(errors[0]).toMatchObject({
        code: 'ERR_CREDENTIALS_MISSING',
        status: 401,
        statusCode: 401,
        headers: { 'WWW-Authenticate': 'Bearer realm="api"' },
      });
    });

    it("[ADAPTERS-ON-ERROR] keeps the status and the challenge in Express's own error handler", async () => {
      const answer = await ask(express().use(bearerAuth(framework()), noContent).set('env', 'test'));
      expect(answer.status).toBe(401);
      expect(headerOf(answer, 'www-authenticate')).toBe('Bearer realm="api"');
      expect(headerOf(answer, 'content-type')).toBe('text/html; charset=utf-8');
    });

    it('also applies to route guards', async () => {
      const { errors, handler } = collector();
      const app = express().use(bearerAuth(framework()), requireScope('write'), noContent, handler);
      expect(await ask(app, { headers: bearer() })).toMatchObject({ status: 403, body: '"handled"' });
      expect(errors[0]).toMatchObject({ code: 'ERR_SCOPE_INSUFFICIENT', scope: ['write'] });
    });
  });

  describe('a route guard before any authentication', () => {
    it.each([
      ['requireScope', requireScope('read')],
      ['requireAnyScope', requireAnyScope('read')],
      ['requireClaims', requireClaims(() => true)],
      ['requireAccess', requireAccess({ role: 'admin' })],
    ])('[ADAPTERS-GUARD-ORDER] %s keeps the route closed and names what is missing', async (name, guard) => {
      const route = vi.fn(noContent);
      const { errors, handler } = collector();
      const answer = await ask(express().use(guard, route, handler), { headers: bearer() });
      expect(answer.status).toBe(500);
      expect(route).not.toHaveBeenCalled();
      expect(errors[0]).toBeInstanceOf(ConfigurationError);
      expect(String(errors[0])).toMatch(new RegExp(`${name}.*oktaAuth\\(\\).*before`));
    });

    it('ignores a req.auth of another library', async () => {
      const forged: RequestHandler = (req, _res, next) => {
        Object.assign(req, { auth: { scopes: ['read'], claims: {} } });
        next();
      };
      const { handler } = collector();
      expect(await ask(express().use(forged, requireScope('read'), noContent, handler))).toMatchObject({ status: 500 });
    });
  });

  describe('what a guarded route sees', () => {
    it('is the verified token, as req.auth and from getAuth', async () => {
      const app = express().use(bearerAuth(options()), (req, res) => {
        const auth = getAuth(req);
        res.json({ same: Object(req).auth === auth, scopes: auth.scopes, token: auth.token === token });
      });
      const { body } = await ask(app, { headers: bearer() });
      expect(JSON.parse(body)).toEqual({ same: true, scopes: ['read'], token: true });
    });

    it('does not contain the token when it is serialized', async () => {
      const app = express().use(bearerAuth(options()), (req, res) => void res.json(getAuth(req)));
      const { status, body } = await ask(app, { headers: bearer() });
      expect(status).toBe(200);
      expect(body).not.toContain(token.split('.')[2]);
    });

    it('is null for an anonymous request if getAuth has optional: true', async () => {
      const app = express().use(bearerAuth({ ...options(), optional: true }), (req, res) => {
        res.json({ attached: Object(req).auth, got: getAuth(req, { optional: true }) });
      });
      expect(JSON.parse((await ask(app)).body)).toEqual({ attached: null, got: null });
    });

    it('is a 401 with its challenge for an anonymous request if getAuth does not have optional: true', async () => {
      const app = express().use(bearerAuth({ ...options(), optional: true }), (req, res) => {
        res.json(getAuth(req).subject);
      });
      const answer = await ask(app.set('env', 'test'));
      expect(answer.status).toBe(401);
      expect(headerOf(answer, 'www-authenticate')).toBe('Bearer realm="api"');
    });

    it('is a ConfigurationError if no middleware ran', async () => {
      const { errors, handler } = collector();
      const route: RequestHandler = (req, res) => void res.json(getAuth(req).subject);
      expect(await ask(express().use(route, handler))).toMatchObject({ status: 500 });
      expect(errors[0]).toBeInstanceOf(ConfigurationError);
      expect(String(errors[0])).toMatch(/getAuth\(req\).*oktaAuth\(\).*before/);
    });
  });

  describe('errors of the application itself', () => {
    it('reach Express if validate throws', async () => {
      const { errors, handler } = collector();
      const auth = bearerAuth({
        ...options(),
        validate: () => {
          throw new RangeError('out of range');
        },
      });
      expect(await ask(express().use(auth, noContent, handler), { headers: bearer() })).toMatchObject({ status: 500 });
      expect(errors).toEqual([new RangeError('out of range')]);
    });

    it('reach Express if validate rejects', async () => {
      const { errors, handler } = collector();
      const auth = bearerAuth({ ...options(), validate: () => Promise.reject<string>(new RangeError('out of range')) });
      expect(await ask(express().use(auth, noContent, handler), { headers: bearer() })).toMatchObject({ status: 500 });
      expect(errors).toEqual([new RangeError('out of range')]);
    });

    it('reach Express if a claims predicate throws, and the route stays closed', async () => {
      const route = vi.fn(noContent);
      const { errors, handler } = collector();
      const guard = requireClaims(() => {
        throw new RangeError('out of range');
      });
      const app = express().use(bearerAuth(options()), guard, route, handler);
      expect(await ask(app, { headers: bearer() })).toMatchObject({ status: 500 });
      expect(errors).toEqual([new RangeError('out of range')]);
      expect(route).not.toHaveBeenCalled();
    });

    it('reach Express once if a route throws after authentication', async () => {
      const { errors, handler } = collector();
      const route: RequestHandler = () => {
        throw new RangeError('out of range');
      };
      const app = express().use(bearerAuth(options()), route, handler);
      expect(await ask(app, { headers: bearer() })).toMatchObject({ status: 500 });
      expect(errors).toEqual([new RangeError('out of range')]);
    });
  });

  const rejectLater = async (): Promise<string> => {
    await delay(10);
    return 'rejected';
  };

  it('keeps a response that was sent meanwhile, and keeps the route closed', async () => {
    const route = vi.fn(noContent);
    const { errors, handler } = collector();
    const early: RequestHandler = (_req, res, next) => {
      res.status(504).end('too late');
      next();
    };
    const app = express().use(early, bearerAuth({ ...options(), validate: rejectLater }), route, handler);
    expect(await ask(app, { headers: bearer() })).toMatchObject({ status: 504, body: 'too late' });
    expect(await ask(app)).toMatchObject({ status: 504, body: 'too late' });
    await delay(30);
    expect(route).not.toHaveBeenCalled();
    expect(errors).toEqual([]);
  });

  it.each<[string, string, Record<string, string>]>([
    ['nothing', '/', {}],
    ['malformed credentials', '/', { Authorization: 'Bearer' }],
    ['an invalid token', '/', { Authorization: 'Bearer nonsense' }],
    ['an insufficient scope', '/scoped', { Authorization: 'TOKEN' }],
  ])('never runs a route, nor an error handler, for %s', async (_name, path, headers) => {
    const ran = vi.fn(noContent);
    const { errors, handler } = collector();
    const app = express().use(bearerAuth(options())).use('/scoped', requireScope('write')).use(ran, handler);
    const { Authorization = '' } = headers;
    const sent = Authorization === 'TOKEN' ? bearer() : headers;
    expect(await ask(app, { path, headers: sent })).toMatchObject({
      status: expect.toSatisfy((status) => status >= 400),
    });
    await delay(5);
    expect(ran).not.toHaveBeenCalled();
    expect(errors).toEqual([]);
  });

  it('uses the nearest middleware, including its realm', async () => {
    const app = express();
    app.use('/inner', bearerAuth({ ...options(), realm: 'inner' }), requireScope('write'), noContent);
    app.use(bearerAuth({ ...options(), realm: 'outer' }), requireScope('write'), noContent);
    const inner = await ask(app, { path: '/inner', headers: bearer() });
    const outer = await ask(app, { path: '/outer', headers: bearer() });
    expect(headerOf(inner, 'www-authenticate')).toMatch(/^Bearer realm="inner", error="insufficient_scope"/);
    expect(headerOf(outer, 'www-authenticate')).toMatch(/^Bearer realm="outer", error="insufficient_scope"/);
  });

  it('answers a request without waiting for its body', async () => {
    const app = express().use(bearerAuth(options()), noContent);
    const headers = { 'Content-Length': '0', 'Content-Type': 'application/json' };
    expect(await ask(app, { method: 'POST', headers })).toMatchObject({ status: 401 });
  });

  it('continues in the same turn once the keys are in memory', async () => {
    const auth = bearerAuth(options());
    await auth.verifier.warmUp();
    let turn = 'none';
    const app = express()
      .use((_req, _res, next) => {
        queueMicrotask(() => {
          turn = 'next';
        });
        turn = 'same';
        next();
      })
      .use(auth, (_req, res) => void res.json(turn));
    expect((await ask(app, { headers: bearer() })).body).toBe('"same"');
  });

  it('leaves no listener on the request or the response', async () => {
    const counts: number[] = [];
    const count: RequestHandler = (req, res, next) => {
      const emitters: EventEmitter[] = [req, res];
      counts.push(...emitters.map((emitter) => emitter.eventNames().length));
      next();
    };
    await ask(express().use(count, bearerAuth(options()), count, noContent), { headers: bearer() });
    expect(counts.slice(0, 2)).toEqual(counts.slice(2));
  });
});
