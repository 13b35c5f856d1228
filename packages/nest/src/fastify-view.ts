import type { NodeRequest } from '@verifier/core';
import type { PlatformRequest } from './platform-request.ts';

/** A request of Fastify, as core reads it. */
export class FastifyView implements NodeRequest {
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

  get socket(): NodeRequest['socket'] {
    return this.#raw.socket;
  }

  get rawHeaders(): NodeRequest['rawHeaders'] {
    return this.#raw.rawHeaders;
  }
}
