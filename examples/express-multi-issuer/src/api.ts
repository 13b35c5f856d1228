import { bearerAuth, getAuth, requireClaims } from '@verifier/express';
import express, { type Express } from 'express';

/** A trusted authorization server, and the audience of its tokens for this API. */
export interface Trusted {
  readonly issuer: string;
  readonly audience: string;
}

/** Creates an API of orders for employees and partners. Only employees may read the payroll. */
export function createApi(employees: Trusted, partners: Trusted): Express {
  const app = express();
  app.use(bearerAuth({ issuers: [employees, partners] }));
  app.get('/orders', (req, res) => void res.json({ issuer: getAuth(req).issuer }));
  app.get(
    '/payroll',
    requireClaims(({ iss }) => iss === employees.issuer),
    (_req, res) => void res.json([]),
  );
  return app;
}
