import type { IncomingMessage, ServerResponse } from 'node:http';
import { drainRequest, fromNodeRequest, type Guard, type MetadataAnswer } from '@verifier/core';
import { setHeaders } from './set-headers.ts';

/** Answers a request for the metadata of the API, before it is authenticated. Returns whether it did. */
export function answerMetadata(guard: Guard, req: IncomingMessage, res: ServerResponse): boolean {
  const answer = guard.answerMetadata(fromNodeRequest(req));
  if (answer === undefined) return false;
  writeAnswer(answer, res);
  return true;
}

/** Writes an answer when the body of the request is drained, unless the response has started. */
export function writeAnswer({ status, headers, body }: MetadataAnswer, res: ServerResponse): void {
  const write = (): void => {
    if (res.headersSent) return;
    res.statusCode = status;
    setHeaders(res, headers);
    res.end(body);
  };
  const drained = drainRequest(res.req, res);
  if (drained === undefined) write();
  else void drained.then(write);
}
