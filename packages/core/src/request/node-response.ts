import { isStoring, keepChallenge, type ResponseHeaders } from './response-headers.ts';

/** The part of `http.ServerResponse` that is used. Express, Fastify (`reply.raw`), Nest and Koa (`ctx.res`) provide it. */
export interface NodeResponse {
  getHeaderNames(): readonly string[];
  hasHeader(name: string): boolean;
  setHeader(name: string, value: string | readonly string[]): unknown;
  removeHeader(name: string): void;
  writeHead(status: number, ...rest: readonly unknown[]): unknown;
}

/**
 * Adapts the headers of a Node.js response.
 *
 * @example
 * ```ts
 * import type { ServerResponse } from 'node:http';
 * import { type AnyAuthError, fromNodeResponse, type Guard, setChallengeHeaders } from '@verifier/core';
 *
 * export function answer(guard: Guard, error: AnyAuthError, response: ServerResponse): void {
 *   const { status, headers, body } = guard.challenge(error);
 *   setChallengeHeaders(fromNodeResponse(response), headers);
 *   response.writeHead(status).end(body);
 * }
 * ```
 */
export function fromNodeResponse(response: NodeResponse): ResponseHeaders {
  return {
    keys: () => response.getHeaderNames(),
    has: (name) => response.hasHeader(name),
    set: (name, value) => void response.setHeader(name, value),
    delete: (name) => response.removeHeader(name),
  };
}

/**
 * Calls {@link keepChallenge} when the framework writes the head of a response, after any error handler. Listeners of the
 * head cannot let a cache store it either. Nothing is added if the response turns out to be a success, such as that of
 * another guard that granted access.
 *
 * @param response - The response of Node.js, before its head is written.
 * @param headers - The headers of `guard.frameworkError(error)`.
 *
 * @example
 * ```ts
 * import type { ServerResponse } from 'node:http';
 * import { type AnyAuthError, type Guard, keepChallengeOnWrite } from '@verifier/core';
 *
 * export function passOn(guard: Guard, error: AnyAuthError, response: ServerResponse): AnyAuthError {
 *   const passed = guard.frameworkError(error);
 *   keepChallengeOnWrite(response, passed.headers ?? {});
 *   return passed;
 * }
 * ```
 */
export function keepChallengeOnWrite(response: NodeResponse, headers: Readonly<Record<string, string>>): void {
  const { writeHead } = response;
  const write = (status: number, ...rest: readonly unknown[]): unknown => {
    Object.assign(response, { writeHead });
    if (status < 400) return Reflect.apply(writeHead, response, [status, ...rest]);
    const message = typeof rest[0] === 'string' ? [rest[0]] : [];
    for (const [name, value] of pairsOf(rest[message.length])) response.setHeader(name, value);
    keepChallenge({ status, headers: fromNodeResponse(response) }, headers);
    return withoutStoring(response, () => Reflect.apply(writeHead, response, [status, ...message]));
  };
  Object.assign(response, { writeHead: write });
}

// Listeners such as those of `on-headers` run inside of `writeHead`.
function withoutStoring<TResult>(response: NodeResponse, write: () => TResult): TResult {
  const { setHeader } = response;
  const setOthers: NodeResponse['setHeader'] = (name, value) =>
    isStoring(name) ? response : Reflect.apply(setHeader, response, [name, value]);
  Object.assign(response, { setHeader: setOthers });
  try {
    return write();
  } finally {
    Object.assign(response, { setHeader });
  }
}

type Field = readonly [name: string, value: string | readonly string[]];

// `writeHead` takes an object, or names alternating with values.
function pairsOf(headers: unknown): readonly Field[] {
  if (typeof headers !== 'object' || headers === null) return [];
  if (!Array.isArray(headers)) return Object.entries(headers);
  return Array.from({ length: headers.length / 2 }, (_, index) => [headers[2 * index], headers[2 * index + 1]]);
}
