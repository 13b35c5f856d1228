import { ConfigurationError, fromNodeRequest, type NodeRequest, type RequestLike } from '@verifier/core';

/** A request of Express, or of Fastify, which keeps that of Node.js as `raw`. */
export interface PlatformRequest extends Partial<NodeRequest> {
  readonly raw?: NodeRequest;
  /** Fastify's own reading of the host, by its proxy settings. */
  readonly host?: string;
}

/**
 * Adapts the request of either platform. Protocol and host are those that the platform computes from its own proxy
 * settings.
 *
 * @throws ConfigurationError where it is no HTTP request at all.
 */
export function toRequestLike(request: PlatformRequest): RequestLike {
  const node = request?.raw ?? request;
  if (!isNodeRequest(node)) {
    throw new ConfigurationError(
      'OktaAuthGuard.getRequest() gave no HTTP request. A GraphQL subscription over a WebSocket has none: verify the token of connectionParams in onConnect',
    );
  }
  return fromNodeRequest(node === request ? node : new FastifyView(request, node));
}

function isNodeRequest(request: Partial<NodeRequest> | undefined): request is NodeRequest {
  return Array.isArray(request?.rawHeaders);
}

class FastifyView implements NodeRequest {
  readonly #request: PlatformRequest;
  readonly rawHeaders: readonly string[];

  constructor(request: PlatformRequest, { rawHeaders }: NodeRequest) {
    this.#request = request;
    this.rawHeaders = rawHeaders;
  }

  get method(): string | undefined {
    return this.#request.method;
  }

  get originalUrl(): string | undefined {
    return this.#request.originalUrl;
  }

  get protocol(): string | undefined {
    return this.#request.protocol;
  }

  get headers(): { readonly host: string | undefined } {
    return { host: this.#request.host };
  }
}
