import type { MtlsOptions } from '@verifier/core';
import { bearerAuth, getAuth } from '@verifier/express';
import express, { type Express } from 'express';

/** Creates an API of orders, which accepts only tokens that are bound to the certificate of their client. */
export function createApi(issuer: string, audience: string, certificate: MtlsOptions['certificate']): Express {
  const app = express();
  app.use(bearerAuth({ issuer, audience, mtls: { certificate, require: true } }));
  app.get('/orders', (req, res) => void res.json({ certificate: getAuth(req).confirmation?.x5t }));
  return app;
}
