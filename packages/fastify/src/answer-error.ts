import type { AnyAuthError, Challenge, Guard } from '@verifier/core';
import type { FastifyReply } from 'fastify';
import type { AnyReply } from './fastify-types.ts';

/** Answers a request that is not let through, or hands the error to Fastify where the guard was told so. */
export function refuse(guard: Guard, error: AnyAuthError, reply: AnyReply, done: (error: Error) => void): void {
  if (guard.onError === 'framework') done(guard.frameworkError(error));
  // Where something else has answered in the meantime, a time-out say, the route stays closed and that answer stands.
  else if (!reply.sent && !reply.raw.headersSent) respond(guard.challenge(error), reply as FastifyReply);
}

function respond({ status, headers, body }: Challenge, reply: FastifyReply): void {
  reply.code(status).headers(headers).send(body);
}
