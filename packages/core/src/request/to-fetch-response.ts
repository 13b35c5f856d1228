import { ConfigurationError } from '../errors.ts';
import type { Challenge } from './challenge.ts';

/**
 * Converts the answer to a denied request to a `Response` of the Fetch API. Each call returns a new one, because the body of
 * a `Response` can be read only once.
 *
 * @param challenge - The result of `verifier.challenge(error)` or `guard.challenge(error)`.
 * @throws ConfigurationError if it is something else, such as the error itself, which does not contain the answer.
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
export function toFetchResponse(challenge: Challenge): Response {
  const { status, headers, body } = Object(challenge) as Challenge;
  // An error has a status, too: without its challenge, the answer would have neither headers nor a body.
  if (typeof status !== 'number' || typeof headers !== 'object' || typeof body !== 'string') {
    throw new ConfigurationError('toFetchResponse needs a challenge: write toFetchResponse(verifier.challenge(error))');
  }
  return new Response(body, { status, headers });
}
