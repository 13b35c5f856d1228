import type { Guard, HttpAnswer, RequestLike, VerifiedToken } from '@verifier/core';
import { type AuthInfo, toAuthInfo } from './auth-info.ts';

/** The answer to write; or the caller, and the headers to add to the response of the MCP server. */
export type Decision =
  | { readonly answer: HttpAnswer }
  | { readonly answer?: undefined; readonly authInfo: AuthInfo; readonly headers: readonly [string, string][] };

const tokenRequired = Object.freeze({ optional: false });

/** Answers a request for the metadata, and authenticates every other one. A token is required, whatever the verifier says. */
export async function decide(guard: Guard, request: RequestLike): Promise<Decision> {
  const metadata = guard.answerMetadata(request);
  if (metadata !== undefined) return { answer: await metadata };
  const result = await guard.authenticate(request, tokenRequired);
  if (!result.ok) return { answer: guard.challenge(result.error) };
  // Not null: a token is required.
  const authInfo = toAuthInfo(result.auth as VerifiedToken, guard.verifier);
  return { authInfo, headers: Object.entries(result.headers) };
}
