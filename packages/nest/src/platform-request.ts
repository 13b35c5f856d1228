import { ConfigurationError, fromNodeRequest, type NodeRequest, type RequestLike } from '@verifier/core';

/** A request of Express, or of Fastify, whose `raw` is the request of Node.js. */
export interface PlatformRequest extends NodeRequest {
  readonly raw?: NodeRequest;
  /** The host that Fastify computes from its proxy settings. */
  readonly host?: string;
}

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
  throw new ConfigurationError(
    'OktaAuthGuard.getRequest() returned no HTTP request. A GraphQL subscription over a WebSocket has none: verify the token of connectionParams in onConnect',
  );
}

/** Returns the request or response of Node.js for that of either platform. */
export function rawOf(platform: unknown): unknown {
  return Object(platform).raw ?? platform;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

class FastifyView implements NodeRequest {
  readonly #request: PlatformRequest;
  readonly #raw: NodeRequest;

  constructor(request: PlatformRequest, raw: NodeRequest) {
    this.#request = request;
    this.#raw = raw;
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

  get authority(): string | undefined {
    return this.#request.host;
  }

  // Fastify's own, which earlier hooks may have set.
  get headers(): NodeRequest['headers'] {
    return this.#request.headers ?? this.#raw.headers;
  }

  get rawHeaders(): NodeRequest['rawHeaders'] {
    return this.#raw.rawHeaders;
  }
}
