import { getAuth, oktaAuth, requireScope } from '@verifier/express';
import express, { type Express } from 'express';

/** Creates an API of orders. `oktaAuth()` reads its options from the environment. */
export function createApi(): Express {
  const app = express();
  app.get('/health', (_req, res) => void res.send('ok'));
  app.use(oktaAuth());
  app.get('/profile', (req, res) => void res.json({ subject: getAuth(req).subject }));
  app.get('/orders', requireScope('read:orders'), (_req, res) => void res.json([]));
  return app;
}
