import { describeBehindNginx } from '@verifier/conformance';
import { bearerAuth, isAuthError } from '@verifier/express';
import type { ErrorRequestHandler } from 'express';
import { frameworks } from './express-harness.ts';
import { listen } from './listen.ts';

const options = { issuer: 'https://issuer.example', audience: 'api://nginx' };

const answerError: ErrorRequestHandler = (error: unknown, _req, res, next) => {
  if (!isAuthError(error)) return next(error);
  return void res.status(error.status).json({ error: 'unauthorized', error_description: error.message });
};

for (const [name, express] of Object.entries(frameworks)) {
  describeBehindNginx(name, () => listen(express().use(bearerAuth(options))));
  describeBehindNginx(`${name} with onError: 'framework'`, () =>
    listen(express().use(bearerAuth({ ...options, onError: 'framework' }), answerError)),
  );
}
