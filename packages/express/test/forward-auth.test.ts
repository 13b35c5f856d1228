import { readFileSync } from 'node:fs';
import { describeWith, type RunningApp } from '@verifier/conformance';
import { bearerAuth, getAuth } from '@verifier/express';
import {
  type AuthorizationServer,
  type ProgramName,
  startAuthorizationServer,
  startCaddy,
  startNginx,
} from '@verifier/test-issuer';
import express, { type Express } from 'express';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listen } from './listen.ts';

const page = readFileSync(new URL('../../../docs/behind-proxies.md', import.meta.url), 'utf8');

function recipe(language: string, word: string): string {
  const blocks = [...page.matchAll(new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``, 'g'))].map(
    ([, code = '']) => code,
  );
  const found = blocks.find((code) => code.includes(word));
  if (found === undefined) throw new Error(`The page has no recipe with ${word}`);
  return found;
}

/** The application of the page. */
function createAuthorizer(options: { issuer: string; audience: string }): Express {
  const app = express();
  app.use(bearerAuth(options));
  app.all('/authorize', (req, res) => {
    res.set('X-Subject', encodeURIComponent(getAuth(req).subject ?? '')).sendStatus(204);
  });
  // A request that was refused a moment ago, and would be granted now.
  app.all('/refusal', (_req, res) => void res.set({ 'Retry-After': '1', 'Cache-Control': 'no-store' }).sendStatus(503));
  return app;
}

/** An application that trusts the headers of the proxy. */
function createApplication(): Express {
  const app = express();
  app.get('/broken', (_req, res) => void res.status(500).send('broken'));
  app.use(express.raw({ limit: '50mb', type: () => true }));
  app.use((req, res) => {
    const { authorization = null, 'x-subject': subject } = req.headers;
    const length = Buffer.isBuffer(req.body) ? req.body.length : 0;
    res.json({ method: req.method, subject, authorization, length });
  });
  return app;
}

const optionsOf = ({ issuer, audience }: AuthorizationServer): { issuer: string; audience: string } => ({
  issuer,
  audience,
});
const hostOf = ({ origin }: RunningApp): string => new URL(origin).host;

it('[ANSWERS-FORWARD-AUTH] runs the application of the page', () => {
  const source = readFileSync(import.meta.filename, 'utf8');
  const [, body = ''] = /createAuthorizer\([\s\S]*?\n([\s\S]*?)\n}/.exec(recipe('ts', 'createAuthorizer')) ?? [];
  expect(body.length).toBeGreaterThan(100);
  expect(source).toContain(body);
});

/** A proxy in front of an application and its authorizer. */
interface Proxy {
  readonly origin: string;
  stop(): Promise<void>;
}

type ProxyName = Extract<ProgramName, 'nginx' | 'caddy'>;
type StartProxy = (application: RunningApp, authorizer: RunningApp) => Promise<Proxy>;

const proxies: Readonly<Record<ProxyName, StartProxy>> = {
  nginx: (application, authorizer) =>
    startNginx(`
      client_max_body_size 100m;
      upstream application { server ${hostOf(application)}; }
      upstream authorizer { server ${hostOf(authorizer)}; }
      ${recipe('nginx', 'auth_request').replace('listen 8080', 'listen $PORT')}
    `),
  caddy: (application, authorizer) =>
    startCaddy(
      recipe('caddyfile', 'forward_auth')
        .replace('127.0.0.1:3001', hostOf(authorizer))
        .replace('127.0.0.1:3000', hostOf(application)),
    ),
};

describe.each(Object.entries(proxies) as [ProxyName, StartProxy][])('behind %s', (program, start) => {
  describeWith(program, '[ANSWERS-FORWARD-AUTH] the recipe', () => {
    let server: AuthorizationServer;
    let token: string;
    let apps: readonly RunningApp[];
    let proxy: Proxy;

    beforeAll(async () => {
      server = await startAuthorizationServer();
      token = await server.token();
      const application = await listen(createApplication());
      const authorizer = await listen(createAuthorizer(optionsOf(server)));
      apps = [application, authorizer];
      proxy = await start(application, authorizer);
    });

    afterAll(async () => {
      await proxy.stop();
      await Promise.all(apps.map((app) => app.close()));
      await server.close();
    });

    async function ask(path: string, authorization?: string, init: RequestInit = {}): Promise<Record<string, unknown>> {
      const headers = { 'X-Subject': 'forged', ...(authorization === undefined ? {} : { authorization }) };
      const response = await fetch(`${proxy.origin}${path}`, { ...init, headers });
      return {
        status: response.status,
        challenge: response.headers.get('www-authenticate'),
        retryAfter: response.headers.get('retry-after'),
        body: await response.text(),
      };
    }

    it('forwards a request with a valid token, its body, and the subject that Verifier found', async () => {
      const { status, body } = await ask('/orders?page=2', `Bearer ${token}`, {
        method: 'POST',
        body: Buffer.alloc(2_000_000, 'a'),
      });
      expect(status).toBe(200);
      const { sub } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
      expect(JSON.parse(String(body))).toEqual({
        method: 'POST',
        subject: encodeURIComponent(sub),
        authorization: null,
        length: 2_000_000,
      });
    });

    it.each([['日本'], ['a\r\nX-Admin: 1'], ['a b'], [null]])(
      'forwards the subject %j, and not that of the client',
      async (sub) => {
        const { status, body } = await ask('/orders', `Bearer ${await server.sign({ sub })}`);
        expect(status).toBe(200);
        const { subject = '' } = JSON.parse(String(body));
        expect(decodeURIComponent(subject)).toBe(sub ?? '');
      },
    );

    it('passes on an error of the application', async () => {
      expect(await ask('/broken', `Bearer ${token}`)).toMatchObject({ status: 500, body: 'broken' });
    });

    it.each([
      ['no token', undefined, 401, 'Bearer realm="api"', 'unauthorized'],
      ['an invalid token', 'Bearer nonsense', 401, /error="invalid_token"/, 'invalid_token'],
      ['malformed credentials', 'Bearer', 400, /error="invalid_request"/, 'invalid_request'],
    ])('passes on the refusal of %s, with its challenge', async (_case, authorization, status, challenge, error) => {
      for (const init of [{}, { method: 'POST', body: Buffer.alloc(2_000_000, 'a') }]) {
        const answer = await ask('/orders', authorization, init);
        expect(answer).toMatchObject({ status, challenge: expect.stringMatching(challenge) });
        expect(JSON.parse(String(answer['body']))).toMatchObject({ error });
      }
    });

    it('passes on 503 with Retry-After while the keys are unavailable', async () => {
      const absent = await startAuthorizationServer();
      await absent.stop();
      const authorizer = await listen(createAuthorizer(optionsOf(absent)));
      const other = await start(authorizer, authorizer);
      const headers = { authorization: `Bearer ${await absent.sign({ scope: 'read' })}` };
      const response = await fetch(`${other.origin}/orders`, { headers });
      expect(response.status).toBe(503);
      expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(response.headers.get('www-authenticate')).toBeNull();
      expect(await response.json()).toMatchObject({ error: 'temporarily_unavailable' });
      await other.stop();
      await authorizer.close();
    });
  });
});
