import type { AnyAuthError, Challenge, Guard } from '@verifier/core';
import type { FastifyReply } from 'fastify';
import type { AnyReply } from './fastify-types.ts';

/** Writes the answer to a denied request, or passes the error to Fastify if the guard has `onError: 'framework'`. */
export function answerError(guard: Guard, error: AnyAuthError, reply: AnyReply, done: (error: Error) => void): void {
  if (guard.onError === 'framework') done(guard.frameworkError(error));
  // If something else, such as a time-out, responded meanwhile, the route stays closed and that response is kept.
  else if (!reply.sent && !reply.raw.headersSent) respond(guard.challenge(error), reply as FastifyReply);
}

function respond({ status, headers, body }: Challenge, reply: FastifyReply): void {
  reply.code(status).headers(headers).send(body);
}
