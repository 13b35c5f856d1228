import { type AnyAuthError, type Guard, isAuthError, keepChallengeOnWrite, setChallengeHeaders } from '@verifier/core';
import type { FastifyReply, onErrorHookHandler, onSendHookHandler } from 'fastify';
import { afterDraining, headersOf } from './answer-error.ts';

// The errors that were thrown to Fastify. Only a refused request has one.
const thrown: unique symbol = Symbol('@verifier/fastify/thrown');

interface RefusedReply {
  [thrown]?: AnyAuthError;
}

/** Keeps the challenge of an error. Runs before the application's error handler, which need not know about challenges. */
export const keepChallenge: onErrorHookHandler = (_request, reply, error, done) => {
  if (!isAuthError(error)) return done();
  const refused: FastifyReply & RefusedReply = reply;
  refused[thrown] = error;
  if (!Object.hasOwn(error, 'headers') || error.headers === undefined) return done();
  // Not `reply.code`, which `reply.redirect` of an error handler would keep.
  reply.raw.statusCode = error.status;
  keepChallengeOnWrite(reply.raw, error.headers);
  return afterDraining(reply, done);
};

/**
 * Replaces the answer of Fastify's own error handler, which tells the client the code, by the one of core. The answer of an
 * error handler of the application stays as it is.
 */
export function toAnswerHook(guard: Guard): onSendHookHandler<unknown> {
  return (_request, reply, body, done) => {
    const { [thrown]: error }: FastifyReply & RefusedReply = reply;
    if (error === undefined || !isDefaultAnswer(body, error)) return done(null, body);
    const { headers, body: answer } = guard.challenge(error);
    const own = Object.hasOwn(error, 'headers') ? error.headers : undefined;
    setChallengeHeaders(headersOf(reply), { ...headers, ...own });
    return done(null, answer);
  };
}

// Fastify has no public way to tell which error handler wrote an answer.
function isDefaultAnswer(body: unknown, error: AnyAuthError): boolean {
  if (typeof body !== 'string' || !body.includes('"statusCode"')) return false;
  try {
    const { statusCode, message, code, error: name, ...others } = JSON.parse(body);
    const isOfError = statusCode === error.status && message === error.message && code === error.code;
    return isOfError && typeof name === 'string' && Object.keys(others).length === 0;
  } catch {
    return false;
  }
}
