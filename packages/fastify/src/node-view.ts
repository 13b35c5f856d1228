import type { NodeRequest } from '@verifier/core';
import type { AnyRequest } from './fastify-types.ts';

/**
 * Adapts a Fastify request to the one that core reads: its headers, which earlier hooks may have set or deleted, and the
 * protocol and host that Fastify computes from its proxy settings (`trustProxy`). Each is computed on access, because most requests need only their headers.
 */
export class NodeView implements NodeRequest {
  readonly #request: AnyRequest;

  constructor(request: AnyRequest) {
    this.#request = request;
  }

  get method(): string {
    return this.#request.method;
  }

  get originalUrl(): string {
    return this.#request.originalUrl;
  }

  get protocol(): string {
    return this.#request.protocol;
  }

  get authority(): string {
    return this.#request.host;
  }

  get headers(): NodeRequest['headers'] {
    return this.#request.headers;
  }

  get socket(): NodeRequest['socket'] {
    return this.#request.raw?.socket;
  }

  get rawHeaders(): NodeRequest['rawHeaders'] {
    return this.#request.raw?.rawHeaders;
  }
}
