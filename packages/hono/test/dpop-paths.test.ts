import { describeDpopPaths } from '@verifier/conformance';
import { bearerAuth } from '@verifier/hono';
import { Hono } from 'hono';
import { listen } from './runtimes/node.ts';

describeDpopPaths('Hono', {
  'guarded by the application': (options) =>
    listen(new Hono().use(bearerAuth(options)).get('/api/v1/orders', (c) => c.json([]))),
  'with a base path': (options) => {
    const app = new Hono().basePath('/api/v1').use(bearerAuth(options));
    return listen(app.get('/orders', (c) => c.json([])));
  },
  'in a mounted application': (options) => {
    const inner = new Hono().use(bearerAuth(options)).get('/orders', (c) => c.json([]));
    return listen(new Hono().route('/api', new Hono().route('/v1', inner)));
  },
  'guarded twice': (options) => {
    const auth = bearerAuth(options);
    const inner = new Hono().use(bearerAuth({ verifier: auth.verifier })).get('/orders', (c) => c.json([]));
    return listen(new Hono().use(auth).route('/api/v1', inner));
  },
});
