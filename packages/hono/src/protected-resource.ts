import {
  answerMetadata,
  fromFetchRequest,
  protectedResourceMetadata,
  type ResourceServer,
  toFetchResponse,
} from '@verifier/core';
import type { MiddlewareHandler } from 'hono';
import { drainOnNode } from './drain-on-node.ts';

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
 * import { bearerAuth, protectedResource } from '@verifier/hono';
 * import { Hono } from 'hono';
 *
 * const auth = bearerAuth({
 *   issuer: 'https://login.example.com',
 *   resource: { url: 'https://api.example.com/orders' },
 * });
 *
 * const app = new Hono();
 * app.use(protectedResource(auth.verifier));
 * app.use('/orders/*', auth);
 * export default app;
 * ```
 */
export function protectedResource(verifier: ResourceServer): MiddlewareHandler {
  protectedResourceMetadata(verifier);
  return async function serveMetadata(c, next) {
    const answer = answerMetadata(verifier, fromFetchRequest(c.req.raw));
    if (answer === undefined) return await next();
    drainOnNode(c);
    return toFetchResponse(await answer);
  };
}
