import type { NodeRequest } from '@verifier/core';

/** A request of Express, or of Fastify, whose `raw` is the request of Node.js. */
export interface PlatformRequest extends NodeRequest {
  readonly raw?: NodeRequest;
  /** The host that Fastify computes from its proxy settings. */
  readonly host?: string;
}
