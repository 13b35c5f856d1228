import { getAuth, oktaAuth } from '@verifier/express';
import express from 'express';

// As express-oauth2-jwt-bearer declares it.
declare global {
  namespace Express {
    interface Request {
      auth?: { header: Record<string, unknown>; payload: Record<string, unknown>; token: string };
    }
  }
}

express().use(oktaAuth(), (req, res) => {
  const theirs: string | undefined = req.auth?.token;
  const ours: readonly string[] = getAuth(req).scopes;
  res.json([theirs, ours]);
});
