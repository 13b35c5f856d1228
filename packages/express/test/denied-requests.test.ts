import { exchange, type RawResponse, type RunningApp } from '@verifier/conformance';
import { bearerAuth, type GuardOptions, getAuth, isAuthError, type Middleware, requireScope } from '@verifier/express';
import { type AuthorizationServer, startAuthorizationServer } from '@verifier/test-issuer';
import type { ErrorRequestHandler, Express, RequestHandler } from 'express';
import onHeaders from 'on-headers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { frameworks } from './express-harness.ts';
import { listen } from './listen.ts';

let issuer: AuthorizationServer;
let token: string;
const running: RunningApp[] = [];

beforeAll(async () => {
  issuer = await startAuthorizationServer();
  token = await issuer.token({ scope: 'read' });
});

// Express writes errors to the console.
beforeEach(() => void vi.spyOn(console, 'error').mockImplementation(() => undefined));

afterEach(async () => {
  await Promise.all(running.splice(0).map((app) => app.close()));
});

afterAll(() => issuer.close());

const reason = 'hush: a reason of our own';
const anonymous = 'Bearer realm="api"';

function auth(options: Partial<GuardOptions> = {}): Middleware {
  return bearerAuth({ issuer: issuer.issuer, audience: issuer.audience, ...options } as GuardOptions);
}

async function ask(app: Express, headers: Readonly<Record<string, string>> = {}, path = '/'): Promise<RawResponse> {
  const served = await listen(app);
  running.push(served);
  return exchange(served.origin, { method: 'GET', path, headers: Object.entries(headers) });
}

function headersOf({ headers }: RawResponse): Record<string, string> {
  return Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value]));
}

const bearer = (sent = token): Record<string, string> => ({ Authorization: `Bearer ${sent}` });
const ok: RequestHandler = (_req, res) => void res.json('ok');

const setCacheable: RequestHandler = (_req, res, next) => {
  res.set({ 'Cache-Control': 'public, max-age=600', 'CDN-Cache-Control': 'max-age=600', Expires: '0', ETag: '"a"' });
  res.set({ 'Content-Encoding': 'gzip', 'Content-Length': '3', Vary: 'Origin' });
  next();
};

// An error handler that knows nothing of challenges.
const answerStatus: ErrorRequestHandler = (error, _req, res, _next) => {
  res.removeHeader('Content-Encoding');
  res.status(error.status).json({ sorry: true });
};

describe.each(Object.entries(frameworks))('%s', (_name, express) => {
  describe('[ANSWERS-NO-STORE] a denied request', () => {
    it.each([
      ['respond', undefined],
      ['framework', undefined],
      ['framework', answerStatus],
    ] as const)('cannot be stored, whatever the application has set (%s, %o)', async (onError, handler) => {
      const app = express().use(setCacheable, auth({ onError }), requireScope('write'), ok);
      if (handler !== undefined) app.use(handler);
      for (const [headers, status] of [[{}, 401] as const, [bearer(), 403] as const]) {
        const answer = await ask(app, headers);
        expect(answer.status).toBe(status);
        const answered = headersOf(answer);
        expect(answered).toMatchObject({ 'cache-control': 'no-store', vary: 'Origin' });
        for (const name of ['cdn-cache-control', 'expires', 'etag', 'content-encoding']) {
          expect(answered).not.toHaveProperty(name);
        }
      }
    });

    it.each(['respond', 'framework'] as const)('cannot be stored by a listener of the head (%s)', async (onError) => {
      const listen: RequestHandler = (_req, res, next) => {
        onHeaders(res, () => {
          res.setHeader('Cache-Control', 'public');
          res.setHeader('ETag', '"a"');
          res.setHeader('X-Listener', 'ran');
        });
        next();
      };
      const denied = headersOf(await ask(express().use(listen, auth({ onError }), ok)));
      expect(denied).toMatchObject({ 'cache-control': 'no-store', 'x-listener': 'ran', 'www-authenticate': anonymous });
      expect(denied).not.toHaveProperty('etag');
      const granted = headersOf(await ask(express().use(listen, auth({ onError }), ok), bearer()));
      expect(granted).toMatchObject({ 'cache-control': 'public', etag: '"a"' });
    });

    it('leaves a request that is granted access as the application has it', async () => {
      const app = express().use((_req, res, next) => void next(void res.set('Cache-Control', 'public')));
      const answer = await ask(app.use(auth(), ok), bearer());
      expect(headersOf(answer)).toMatchObject({ 'cache-control': 'public' });
    });
  });

  describe("[ADAPTERS-ON-ERROR] onError: 'framework'", () => {
    const framework = (options: Partial<GuardOptions> = {}): Middleware => auth({ ...options, onError: 'framework' });

    it.each<[string, ErrorRequestHandler, number]>([
      ['sets the status', answerStatus, 401],
      ['answers all errors with 500', (_error, _req, res, _next) => void res.status(500).send('sorry'), 500],
      ['hides the route', (_error, _req, res, _next) => void res.status(404).end(), 404],
      ['writes the head itself', (error, _req, res, _next) => void res.writeHead(error.status, { a: 'b' }).end(), 401],
      [
        'removes every header',
        (error, _req, res, _next) => {
          for (const name of res.getHeaderNames()) res.removeHeader(name);
          res.status(error.status).send('sorry');
        },
        401,
      ],
    ])('keeps the challenge in an error handler that %s', async (_what, handler, status) => {
      const answer = await ask(express().use(framework(), ok, handler));
      expect(answer.status).toBe(status);
      expect(headersOf(answer)).toMatchObject({ 'www-authenticate': anonymous, 'cache-control': 'no-store' });
    });

    it.each<[string, ErrorRequestHandler]>([
      ['200', (_error, _req, res, _next) => void res.status(200).json('sorry')],
      ['302', (_error, _req, res, _next) => res.redirect('/login')],
    ])('has no challenge if an error handler answers with %s', async (status, handler) => {
      const answer = await ask(express().use(framework(), ok, handler));
      expect(answer.status).toBe(Number(status));
      expect(headersOf(answer)).not.toHaveProperty('www-authenticate');
      expect(headersOf(answer)).not.toHaveProperty('cache-control');
    });

    it('keeps the challenge of getAuth', async () => {
      const app = express().use(auth({ optional: true }), (req, res) => void res.json(getAuth(req).subject));
      const answer = await ask(app.use(answerStatus));
      expect(answer.status).toBe(401);
      expect(headersOf(answer)).toMatchObject({ 'www-authenticate': anonymous, 'cache-control': 'no-store' });
    });

    it('[ANSWERS-MESSAGE-HIDDEN] shows no text of validate on the development page', async () => {
      const app = express()
        .set('env', 'development')
        .use(framework({ validate: () => reason }), ok);
      const answer = await ask(app, bearer());
      expect(answer.status).toBe(401);
      expect(answer.body).toContain('The access token is invalid');
      expect(answer.body).not.toMatch(/hush|reason/);
      expect(headersOf(answer)['www-authenticate']).toMatch(/error="invalid_token"/);
    });
  });

  describe('[ADAPTERS-COMPOSE] a token or an API key', () => {
    const hasApiKey = (req: { readonly headers: object }): boolean => Object(req.headers)['x-api-key'] === 'good';

    function either(options: Partial<GuardOptions> = {}): Middleware {
      const byToken = auth({ ...options, onError: 'framework' });
      return (req, res, next) =>
        byToken(req, res, (error) => next(isAuthError(error) && hasApiKey(req) ? undefined : error));
    }

    it.each<[string, Record<string, string>]>([
      ['no token', {}],
      ['a wrong token', { Authorization: 'Bearer nonsense' }],
      ['two tokens', { Authorization: 'Bearer a, Bearer b' }],
    ])('is 200 for %s and a good key, and nothing of the refusal is left', async (_what, headers) => {
      const route = express().get('/', setCacheable, either(), (_req, res) => {
        res.removeHeader('Content-Encoding');
        res.end('abc');
      });
      const answer = await ask(route, { ...headers, 'X-Api-Key': 'good' });
      expect(answer).toMatchObject({ status: 200, body: 'abc' });
      expect(headersOf(answer)).toMatchObject({ 'cache-control': 'public, max-age=600', etag: '"a"' });
      expect(headersOf(answer)).not.toHaveProperty('www-authenticate');
    });

    it('is 200 for a good token without a key', async () => {
      const answer = await ask(
        express().get('/', either(), (req, res) => void res.json(getAuth(req).scopes)),
        bearer(),
      );
      expect(answer).toMatchObject({ status: 200, body: '["read"]' });
    });

    it.each([undefined, answerStatus])('has the challenge if both fail (%o)', async (handler) => {
      const route = vi.fn(ok);
      const app = express().get('/', either(), route);
      if (handler !== undefined) app.use(handler);
      const answer = await ask(app, { ...bearer('nonsense'), 'X-Api-Key': 'bad' });
      expect(answer.status).toBe(401);
      expect(headersOf(answer)).toMatchObject({ 'cache-control': 'no-store' });
      expect(headersOf(answer)['www-authenticate']).toMatch(/error="invalid_token"/);
      expect(route).not.toHaveBeenCalled();
    });

    it('passes on what validate throws, also with a good key', async () => {
      const fail = (): never => {
        throw new RangeError('out of range');
      };
      const route = vi.fn(ok);
      const app = express().get('/', either({ validate: fail }), route);
      expect(await ask(app, { ...bearer(), 'X-Api-Key': 'good' })).toMatchObject({ status: 500 });
      expect(route).not.toHaveBeenCalled();
    });
  });
});
