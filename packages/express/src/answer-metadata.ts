import type { IncomingMessage, ServerResponse } from 'node:http';
import { drainRequest, fromNodeRequest, type Guard, type MetadataAnswer, type MetadataResult } from '@verifier/core';
import { setHeaders } from './set-headers.ts';

/** Answers a request for the metadata of the API, before it is authenticated. Returns whether it did. */
export function answerMetadata(
  guard: Guard,
  req: IncomingMessage,
  res: ServerResponse,
  next: (error: unknown) => void,
): boolean {
  const answer = guard.answerMetadata(fromNodeRequest(req));
  if (answer === undefined) return false;
  writeAnswer(answer, res).catch(next);
  return true;
}

/** Writes an answer when the body of the request is drained, unless the response has started. */
export async function writeAnswer(result: NonNullable<MetadataResult>, res: ServerResponse): Promise<void> {
  const { status, headers, body }: MetadataAnswer = await result;
  await drainRequest(res.req, res);
  if (res.headersSent) return;
  res.statusCode = status;
  setHeaders(res, headers);
  res.end(body);
}
