import { describeBehindNginx } from '@verifier/conformance';
import { drainRequest } from '@verifier/core';
import { bearerAuth, isAuthError } from '@verifier/express';
import type { ErrorRequestHandler } from 'express';
import { frameworks } from './express-harness.ts';
import { listen } from './listen.ts';

const options = { issuer: 'https://issuer.example', audience: 'api://nginx' };

const answerError: ErrorRequestHandler = async (error: unknown, req, res, next) => {
  if (!isAuthError(error)) return next(error);
  await drainRequest(req, res);
  res.status(error.status).set(error.headers);
  return void res.json({ error: 'unauthorized', error_description: error.message });
};

for (const [name, express] of Object.entries(frameworks)) {
  describeBehindNginx(name, () => listen(express().use(bearerAuth(options))));
  describeBehindNginx(`${name} with onError: 'framework'`, () =>
    listen(express().use(bearerAuth({ ...options, onError: 'framework' }), answerError)),
  );
}
