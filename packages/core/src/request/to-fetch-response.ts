import type { Challenge } from './challenge.ts';

/**
 * Converts the answer to a denied request to a `Response` of the Fetch API. Each call returns a new one, because the body of
 * a `Response` can be read only once.
 *
 * @param challenge - The result of `verifier.challenge(error)` or `guard.challenge(error)`.
 *
 * @example
 * ```ts
 * import { createVerifier, fromFetchRequest, toFetchResponse } from '@verifier/core';
 *
 * const verifier = createVerifier({ issuer: 'https://login.example.com', audience: 'https://api.example.com' });
 *
 * export async function handle(request: Request): Promise<Response> {
 *   const result = await verifier.authenticate(fromFetchRequest(request));
 *   if (!result.ok) return toFetchResponse(verifier.challenge(result.error));
 *   return Response.json({ subject: result.auth?.subject });
 * }
 * ```
 */
export function toFetchResponse({ status, headers, body }: Challenge): Response {
  return new Response(body, { status, headers });
}
