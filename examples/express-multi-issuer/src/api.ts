import { bearerAuth, getAuth, requireClaims } from '@verifier/express';
import express, { type Express } from 'express';

/** An authorization server, and what its tokens call this API. */
export interface Trusted {
  readonly issuer: string;
  readonly audience: string;
}

/** An API of orders, for the staff and for partners. */
export function createApi(staff: Trusted, partners: Trusted): Express {
  const app = express();
  app.use(bearerAuth({ issuers: [staff, partners] }));
  app.get('/orders', (req, res) => void res.json({ issuer: getAuth(req).issuer }));
  app.get(
    '/payroll',
    requireClaims(({ iss }) => iss === staff.issuer),
    (_req, res) => void res.json([]),
  );
  return app;
}
