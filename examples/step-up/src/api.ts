import { bearerAuth, type GuardOptions, requireAccess, requireScope } from '@verifier/express';
import express, { type Express } from 'express';

const fiveMinutes = 300;

/** Creates the API of an account. A transfer requires a recent login, and the balance does not. */
export function createApi(options: GuardOptions): Express {
  const app = express();
  app.use(bearerAuth(options));
  app.get('/balance', requireScope('account:read'), (_req, res) => void res.json({ balance: 100 }));
  app.post(
    '/transfers',
    requireAccess({ scope: 'transfers:write', authentication: { maxAge: fiveMinutes } }),
    (_req, res) => void res.status(201).json({ transferred: 10 }),
  );
  return app;
}
