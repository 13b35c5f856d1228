import { getAuth, oktaAuth, requireScope } from '@verifier/express';
import express from 'express';
import { listen } from '../listen.ts';
import type { StartApi } from '../running-api.ts';

/** Starts the API of the demo in Express. */
export const startExpress: StartApi = async (options) => {
  const app = express();
  app.get('/health', (_req, res) => void res.json({ status: 'up' }));

  const auth = oktaAuth(options);
  app.use(auth);
  app.get('/profile', (req, res) => void res.json(getAuth(req)));
  app.get('/orders', requireScope('orders:read'), (_req, res) => void res.json([{ order: 1 }]));
  app.post('/orders', requireScope('orders:write'), (_req, res) => void res.status(201).json({ order: 2 }));

  const { verifier } = auth;
  return { name: 'Express', verifier, ...(await listen(app, verifier)) };
};
