import {
  type AnyAuthError,
  type Challenge,
  drainRequest,
  type Guard,
  keepChallengeOnWrite,
  type Requirements,
  type ResponseHeaders,
  setChallengeHeaders,
} from '@verifier/core';
import type { FastifyReply } from 'fastify';
import type { AnyReply } from './fastify-types.ts';

/**
 * Writes the answer to a denied request, or passes the error to Fastify if the guard has `onError: 'framework'`.
 *
 * @param requirements - Those of the route; undefined if it requires only a token.
 */
export function answerError(
  guard: Guard,
  error: AnyAuthError,
  reply: AnyReply,
  done: (error: Error) => void,
  requirements: Requirements | undefined,
): void {
  if (guard.onError === 'framework') {
    done(guard.frameworkError(error, undefined, requirements));
    return;
  }
  afterDraining(reply as FastifyReply, () => {
    // If something else, such as a time-out, responded meanwhile, the route stays closed and that response is kept.
    if (!reply.sent && !reply.raw.headersSent) respond(guard.challenge(error, requirements), reply as FastifyReply);
  });
}

/** Continues when the request of a refusal is drained, so that the answer is not lost with its connection. */
export function afterDraining({ request, raw }: FastifyReply, next: () => void): void {
  const drained = drainRequest(request.raw, raw);
  if (drained === undefined) next();
  else void drained.then(next);
}

function respond({ status, headers, body }: Challenge, reply: FastifyReply): void {
  setChallengeHeaders(headersOf(reply), headers);
  // Also replaces the headers that the application sets on `reply.raw`, and those of its `onSend` hooks.
  keepChallengeOnWrite(reply.raw, headers);
  reply.code(status).send(body);
}

/** Adapts the headers of a reply. */
export function headersOf(reply: FastifyReply): ResponseHeaders {
  return {
    keys: () => Object.keys(reply.getHeaders()),
    has: (name) => reply.hasHeader(name),
    set: (name, value) => void reply.header(name, value),
    delete: (name) => void reply.removeHeader(name),
  };
}
