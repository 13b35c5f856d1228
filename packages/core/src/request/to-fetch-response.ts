import { ConfigurationError } from '../errors.ts';

/** An HTTP answer as plain data: the challenge of a denied request, or the metadata of a resource. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * Converts an answer to a `Response` of the Fetch API. Each call returns a new one, because the body of
 * a `Response` can be read only once.
 *
 * @param answer - The result of `verifier.challenge(error)`, `guard.challenge(error)` or `answerMetadata(verifier, request)`.
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
export function toFetchResponse(answer: HttpAnswer): Response {
  const { status, headers, body } = Object(answer) as HttpAnswer;
  // An error has a status, too: without its challenge, the answer would have neither headers nor a body.
  if (typeof status !== 'number' || typeof headers !== 'object' || typeof body !== 'string') {
    throw new ConfigurationError('toFetchResponse needs a challenge: write toFetchResponse(verifier.challenge(error))');
  }
  // A Response of status 204 has no body, not even an empty one.
  return new Response(body === '' ? null : body, { status, headers });
}
