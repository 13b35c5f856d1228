import { type DrainableRequest, type DrainableResponse, drainRequest } from './drain-request.ts';

/** The part of `http.ServerResponse` that {@link drainBeforeEnd} uses. */
export interface EndableResponse extends DrainableResponse {
  readonly statusCode: number;
  readonly writableEnded: boolean;
  end(...rest: readonly unknown[]): unknown;
}

const waiting: WeakSet<EndableResponse> = new WeakSet();

/**
 * Calls {@link drainRequest} when the framework ends the response to a request that was refused. Use it if the refusal may
 * not be final, because another guard can grant access, or if an error handler writes the answer. A response with a status
 * below 400 ends at once: its request may still be read.
 *
 * @param request - The `http.IncomingMessage`.
 * @param response - Its `http.ServerResponse`, before it ends.
 *
 * @example
 * ```ts
 * import type { IncomingMessage, ServerResponse } from 'node:http';
 * import { type AnyAuthError, drainBeforeEnd, type Guard } from '@verifier/core';
 *
 * export function passOn(guard: Guard, error: AnyAuthError, request: IncomingMessage, response: ServerResponse): Error {
 *   drainBeforeEnd(request, response);
 *   return guard.frameworkError(error, response);
 * }
 * ```
 */
export function drainBeforeEnd(request: DrainableRequest, response: EndableResponse): void {
  if (response.shouldKeepAlive !== false || request.complete || waiting.has(response)) return;
  waiting.add(response);
  const { end } = response;
  let isEnding = false;
  const endLater: EndableResponse['end'] = (...rest) => {
    const finish = (): unknown => Reflect.apply(end, response, rest);
    const drained = isEnding || response.statusCode < 400 ? undefined : drainRequest(request, response);
    isEnding = true;
    if (drained === undefined) return finish();
    // If something else, such as a time-out, ended the response meanwhile, that response is kept.
    void drained.then(() => response.writableEnded || finish());
    return response;
  };
  Object.assign(response, { end: endLater });
}
