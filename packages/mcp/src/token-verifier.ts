import { isAuthError, type Verifier } from '@verifier/core';
import { type AuthInfo, toAuthInfo } from './auth-info.ts';

/** An `OAuthTokenVerifier` of the MCP SDK, of version 1 and 2. */
export type TokenVerifier = { verifyAccessToken(token: string): Promise<AuthInfo> };

/** Creates the token verifier whose refusals are errors of one version of the SDK. */
export function toTokenVerifier(verifier: Verifier, toError: (status: number, text: string) => Error): TokenVerifier {
  const verifyAccessToken = async (token: string): Promise<AuthInfo> => {
    try {
      return toAuthInfo(await verifier.verify(token), verifier);
    } catch (cause) {
      if (!isAuthError(cause)) throw cause;
      // The text for clients, which says no more than the code.
      const { error_description: text } = JSON.parse(verifier.challenge(cause).body);
      throw Object.assign(toError(cause.status, text), { cause });
    }
  };
  return { verifyAccessToken };
}
