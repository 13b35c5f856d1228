/** The headers of a response before it is sent. The Fetch API's `Headers` fit. */
export interface ResponseHeaders {
  keys(): Iterable<string>;
  has(name: string): boolean;
  set(name: string, value: string): void;
  delete(name: string): void;
}

// Fields that let a cache store a response or revalidate it. Caches prefer targeted ones to Cache-Control (RFC 9213).
const storing =
  /^(?:(?:.+-)?cache-control|expires|etag|last-modified|age|surrogate-control|edge-control|x-accel-expires)$/i;
// Fields that describe another content than the one that is written.
const content = /^content-(?!security-policy)/i;

/** Whether a header lets a cache store a response, or revalidate it. */
export function isStoring(name: string): boolean {
  return storing.test(name);
}

/**
 * Sets the headers of a challenge on a response. Removes what the application has set for its own content: `Expires`,
 * `ETag`, `Last-Modified`, `CDN-Cache-Control` and its kind, and every `Content-*` except `Content-Security-Policy`.
 *
 * @param target - The headers of the response.
 * @param headers - The headers of `guard.challenge(error)`.
 *
 * @example
 * ```ts
 * import { type AnyAuthError, type Guard, setChallengeHeaders } from '@verifier/core';
 *
 * export function answer(guard: Guard, error: AnyAuthError, fromApplication: Headers): Response {
 *   const { status, headers, body } = guard.challenge(error);
 *   setChallengeHeaders(fromApplication, headers);
 *   return new Response(body, { status, headers: fromApplication });
 * }
 * ```
 */
export function setChallengeHeaders(target: ResponseHeaders, headers: Readonly<Record<string, string>>): void {
  for (const name of [...target.keys()]) if (isStoring(name) || content.test(name)) target.delete(name);
  for (const [name, value] of Object.entries(headers)) target.set(name, value);
}

/** A response of an error handler. The Fetch API's `Response` fits. */
export interface HandledResponse {
  readonly status: number;
  readonly headers: ResponseHeaders;
}

/**
 * Adds the headers of an error to the response that an error handler wrote, unless that response is a success: a status
 * below 400 stays as it is. Adds the challenge unless the handler set one, and prevents storage in any case.
 *
 * @param response - The response of the error handler. Its headers must be mutable.
 * @param headers - The headers of `guard.frameworkError(error)`.
 *
 * @example
 * ```ts
 * import { type AnyAuthError, type Guard, keepChallenge } from '@verifier/core';
 *
 * export function answer(guard: Guard, error: AnyAuthError, handle: (error: Error) => Response): Response {
 *   const { headers = {} } = guard.frameworkError(error);
 *   const response = handle(error);
 *   keepChallenge(response, headers);
 *   return response;
 * }
 * ```
 */
export function keepChallenge(response: HandledResponse, headers: Readonly<Record<string, string>>): void {
  const { status, headers: target } = response;
  if (status < 400) return;
  for (const name of [...target.keys()]) if (isStoring(name)) target.delete(name);
  for (const [name, value] of Object.entries(headers)) if (!target.has(name)) target.set(name, value);
}
