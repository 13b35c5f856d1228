import type { ServerResponse } from 'node:http';
import {
  type AnyAuthError,
  type Challenge,
  drainBeforeEnd,
  drainRequest,
  fromNodeResponse,
  type Guard,
  keepChallengeOnWrite,
  type Requirements,
  setChallengeHeaders,
} from '@verifier/core';

/**
 * Writes the answer to a denied request, or passes the error to Express if the guard has `onError: 'framework'`.
 *
 * @param requirements - Those of the route guard; undefined if the route is not known yet.
 */
export function answerError(
  guard: Guard,
  error: AnyAuthError,
  res: ServerResponse,
  next: (error: unknown) => void,
  requirements?: Requirements,
): void {
  if (guard.onError === 'framework') {
    drainBeforeEnd(res.req, res);
    next(guard.frameworkError(error, res, requirements));
    return;
  }
  const answer = (): void => {
    // If another middleware, such as a time-out, responded meanwhile, the route stays closed and that response is kept.
    if (!res.headersSent) respond(guard.challenge(error, requirements), res);
  };
  const drained = drainRequest(res.req, res);
  if (drained === undefined) answer();
  else drained.then(answer, next);
}

function respond({ status, headers, body }: Challenge, res: ServerResponse): void {
  res.statusCode = status;
  setChallengeHeaders(fromNodeResponse(res), headers);
  // Also against listeners of the head, which run later.
  keepChallengeOnWrite(res, headers);
  res.end(body);
}
