import type { Guard } from '@verifier/core';
import * as core from '@verifier/core';
import { decide } from './decide.ts';

/** The part of `http.IncomingMessage` that is used. The caller is attached as `auth`, where the SDK reads it. */
export type McpRequest = core.NodeRequest & core.DrainableRequest;

/** The part of `http.ServerResponse` that is used. */
export type McpResponse = core.NodeResponse & core.DrainableResponse & Writable;

type Writable = { readonly headersSent: boolean; statusCode: number; end(body?: string): unknown };

/**
 * Authenticates a request of Node.js. Returns whether it may continue; otherwise, it is answered.
 *
 * @param earlier - Headers of the framework that are not on the response yet, such as those of CORS.
 */
export async function guardNode(guard: Guard, req: McpRequest, res: McpResponse, earlier?: object): Promise<boolean> {
  const decision = await decide(guard, core.fromNodeRequest(req));
  if (decision.answer !== undefined) {
    await core.drainRequest(req, res);
    // If another middleware, such as a time-out, responded meanwhile, that response is kept.
    if (!res.headersSent) write(decision.answer, res, earlier);
    return false;
  }
  Object.assign(req, { auth: decision.authInfo });
  for (const [name, value] of decision.headers) if (!res.headersSent) res.setHeader(name, value);
  return true;
}

function write({ status, headers, body }: core.HttpAnswer, res: McpResponse, earlier: object = {}): void {
  for (const [name, value] of Object.entries(earlier)) res.setHeader(name, value);
  res.statusCode = status;
  core.setChallengeHeaders(core.fromNodeResponse(res), headers);
  // Also against listeners of the head, which run later.
  core.keepChallengeOnWrite(res, headers);
  res.end(body);
}
