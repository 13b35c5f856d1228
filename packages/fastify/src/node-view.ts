import type { NodeRequest } from '@verifier/core';
import type { AnyRequest } from './fastify-types.ts';

/**
 * A request of Fastify as core reads it: raw headers, and protocol and host as Fastify computes them from its own proxy
 * settings (`trustProxy`). Each is computed when asked for, and hardly any request is asked for more than its headers.
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

  get rawHeaders(): readonly string[] {
    return this.#request.raw.rawHeaders;
  }

  get headers(): { readonly host: string | undefined } {
    return { host: this.#request.host || undefined };
  }
}
