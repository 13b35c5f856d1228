import { fromNodeResponse, type NodeResponse, type ResponseHeaders } from '@verifier/core';

/** The part of a reply of Fastify that is used. */
interface FastifyReply {
  readonly raw: unknown;
  getHeaders(): object;
  hasHeader(name: string): boolean;
  header(name: string, value: string): unknown;
  removeHeader(name: string): unknown;
}

/** Returns the response of Node.js that belongs to a response of either platform; undefined if there is none. */
export function toNodeResponse(response: unknown): NodeResponse | undefined {
  const node = isReply(response) ? response.raw : response;
  return isNodeResponse(node) ? node : undefined;
}

/** Returns the headers of a response of either platform. Fastify keeps them until it writes the response. */
export function headersOf(response: unknown): ResponseHeaders | undefined {
  if (isReply(response)) return headersOfReply(response);
  return isNodeResponse(response) ? fromNodeResponse(response) : undefined;
}

function headersOfReply(reply: FastifyReply): ResponseHeaders {
  return {
    keys: () => Object.keys(reply.getHeaders()),
    has: (name) => reply.hasHeader(name),
    set: (name, value) => void reply.header(name, value),
    delete: (name) => void reply.removeHeader(name),
  };
}

function isReply(response: unknown): response is FastifyReply {
  return typeof Object(response).getHeaders === 'function' && typeof Object(response).raw === 'object';
}

function isNodeResponse(response: unknown): response is NodeResponse {
  return typeof Object(response).writeHead === 'function';
}
