import { answerMetadata, fromNodeRequest, protectedResourceMetadata, type ResourceServer } from '@verifier/core';
import { writeAnswer } from './answer-metadata.ts';
import type { Middleware } from './auth-middleware.ts';

/**
 * Serves the metadata of an API (RFC 9728), and nothing else. {@link oktaAuth} and {@link bearerAuth} do so for all requests
 * that they see; use this middleware if they are mounted on a path, or for several APIs on one host. Mount it on the
 * application, before every guard.
 *
 * @param verifier - A verifier with the option `resource`.
 * @throws ConfigurationError immediately if it has none.
 *
 * @example
 * ```ts
 * import { bearerAuth, protectedResource } from '@verifier/express';
 * import express from 'express';
 *
 * const auth = bearerAuth({
 *   issuer: 'https://login.example.com',
 *   resource: { url: 'https://api.example.com/orders' },
 * });
 *
 * const app = express();
 * app.use(protectedResource(auth.verifier));
 * app.use('/orders', auth);
 * ```
 */
export function protectedResource(verifier: ResourceServer): Middleware {
  protectedResourceMetadata(verifier);
  return (req, res, next) => {
    const answer = answerMetadata(verifier, fromNodeRequest(req));
    if (answer === undefined) next();
    else writeAnswer(answer, res).catch(next);
  };
}
