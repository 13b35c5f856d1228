import { ConfigurationError, fromNodeRequest, type RequestLike } from '@verifier/core';
import { FastifyView } from './fastify-view.ts';
import { connectionRequest, isGraphqlConnection } from './graphql-connection.ts';
import type { PlatformRequest } from './platform-request.ts';

/**
 * Adapts the request of either platform. Protocol and host are those that the platform computes from its proxy settings.
 * A mocked request needs `headers` only.
 *
 * @throws ConfigurationError if it is not an HTTP request.
 */
export function toRequestLike(request: PlatformRequest): RequestLike {
  const { headers, raw } = Object(request) as PlatformRequest;
  if (isObject(raw?.headers)) return fromNodeRequest(new FastifyView(request, raw));
  if (isObject(headers)) return fromNodeRequest(request);
  if (isGraphqlConnection(request)) return connectionRequest(request);
  throw new ConfigurationError(
    'OktaAuthGuard.getRequest() returned no HTTP request. The context of GraphQL must have it as req; over graphql-ws, req is the context of the connection, with extra.request and connectionParams',
  );
}

/** Returns the request or response of Node.js for that of either platform. */
export function rawOf(platform: unknown): unknown {
  return Object(platform).raw ?? platform;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
