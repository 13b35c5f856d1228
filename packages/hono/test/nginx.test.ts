import { describeBehindNginx, describeWith } from '@verifier/conformance';
import { bearerAuth, isAuthError } from '@verifier/hono';
import { startNginx } from '@verifier/test-issuer';
import { Hono } from 'hono';
import { some } from 'hono/combine';
import { HTTPException } from 'hono/http-exception';
import { expect, it, onTestFinished } from 'vitest';
import { listen } from './runtimes/node.ts';

const auth = bearerAuth({ issuer: 'https://issuer.example', audience: 'api://nginx' });

describeBehindNginx('Hono on @hono/node-server', () => listen(new Hono().use(auth).post('/', (c) => c.text('ran'))));

describeBehindNginx('Hono with guards in the route', () => listen(new Hono().post('/', auth, (c) => c.text('ran'))));

describeBehindNginx('Hono with an error handler', () => {
  const app = new Hono().use(auth).post('/', (c) => c.text('ran'));
  app.onError(({ cause }, c) =>
    isAuthError(cause) ? c.json({ error: 'unauthorized', error_description: cause.message }, 401) : c.text('', 500),
  );
  return listen(app);
});

describeWith('nginx', 'Hono behind nginx, with one connection for each request', () => {
  it('[ANSWERS-LARGE-BODY] leaves the body to the route that another middleware opens', async () => {
    const hasKey = some(auth, async (c, next) => {
      if (c.req.header('X-Api-Key') !== 'good') throw new HTTPException(403);
      await next();
    });
    const app = await listen(
      new Hono().use(hasKey).post('/', async (c) => c.text(String((await c.req.arrayBuffer()).byteLength))),
    );
    onTestFinished(() => app.close());
    const nginx = await startNginx(
      `client_max_body_size 100m; server { listen $PORT; location / { proxy_pass ${app.origin}; } }`,
    );
    onTestFinished(() => nginx.stop());
    const body = Buffer.alloc(20_000_000, 'a');
    const response = await fetch(nginx.origin, { method: 'POST', body, headers: { 'X-Api-Key': 'good' } });
    expect(`${response.status} ${await response.text()}`).toBe('200 20000000');
  });
});
