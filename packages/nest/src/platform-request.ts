import { ConfigurationError, fromNodeRequest, type NodeRequest, type RequestLike } from '@verifier/core';

/** A request of Express, or of Fastify, whose `raw` is the request of Node.js. */
export interface PlatformRequest extends Partial<NodeRequest> {
  readonly raw?: NodeRequest;
  /** The host that Fastify computes from its proxy settings. */
  readonly host?: string;
}

/**
 * Adapts the request of either platform. Protocol and host are those that the platform computes from its proxy settings.
 *
 * @throws ConfigurationError if it is not an HTTP request.
 */
export function toRequestLike(request: PlatformRequest): RequestLike {
  const node = request?.raw ?? request;
  if (!isNodeRequest(node)) {
    throw new ConfigurationError(
      'OktaAuthGuard.getRequest() returned no HTTP request. A GraphQL subscription over a WebSocket has none: verify the token of connectionParams in onConnect',
    );
  }
  return fromNodeRequest(node === request ? node : new FastifyView(request, node));
}

/** Returns the request or response of Node.js for that of either platform. */
export function rawOf(platform: unknown): unknown {
  return Object(platform).raw ?? platform;
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
