import type { ServerResponse } from 'node:http';
import type { AnyAuthError, Challenge, Guard } from '@verifier/core';

/** Answers a request that is not let through, or hands the error to Express where the guard was told so. */
export function refuse(guard: Guard, error: AnyAuthError, res: ServerResponse, next: (error: unknown) => void): void {
  if (guard.onError === 'framework') next(guard.frameworkError(error));
  // Where something else has answered in the meantime, a time-out say, the route stays closed and that answer stands.
  else if (!res.headersSent) respond(guard.challenge(error), res);
}

function respond({ status, headers, body }: Challenge, res: ServerResponse): void {
  res.statusCode = status;
  for (const [name, value] of Object.entries(headers)) res.setHeader(name, value);
  res.end(body);
}
