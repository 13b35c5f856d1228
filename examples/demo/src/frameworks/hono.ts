import { getRequestListener } from '@hono/node-server';
import { oktaAuth, requireScope } from '@verifier/hono';
import { Hono } from 'hono';
import { listen } from '../listen.ts';
import type { StartApi } from '../running-api.ts';

/** Starts the API of the demo in Hono on Node.js. */
export const startHono: StartApi = async (options) => {
  const auth = oktaAuth(options);
  const app = new Hono()
    .get('/health', (c) => c.json({ status: 'up' }))
    .use(auth)
    .get('/profile', (c) => c.json(c.var.auth))
    .get('/orders', requireScope('orders:read'), (c) => c.json([{ order: 1 }]))
    .post('/orders', requireScope('orders:write'), (c) => c.json({ order: 2 }, 201));

  const { verifier } = auth;
  const listener = getRequestListener(app.fetch);
  return { name: 'Hono', verifier, ...(await listen((req, res) => void listener(req, res), verifier)) };
};
