import { OAuthError, OAuthErrorCode } from '@modelcontextprotocol/server';
import type { Verifier } from '@verifier/core';
import { type TokenVerifier, toTokenVerifier } from './token-verifier.ts';

/**
 * Adapts a verifier to `requireBearerAuth` of the MCP SDK, version 2. A bad token is answered with the 401 of the SDK. An
 * outage of the issuer is answered with its 500; `mcpAuth` answers 503.
 *
 * @param verifier - A verifier, best with the option `resource`.
 *
 * @example
 * ```ts
 * import { requireBearerAuth } from '@modelcontextprotocol/express';
 * import { createVerifier, protectedResourceMetadata } from '@verifier/core';
 * import { tokenVerifier } from '@verifier/mcp/v2';
 *
 * const verifier = createVerifier({
 *   issuer: 'https://login.example.com',
 *   resource: { url: 'https://mcp.example.com/mcp' },
 * });
 * const { url: resourceMetadataUrl } = protectedResourceMetadata(verifier);
 *
 * export const gate = requireBearerAuth({ verifier: tokenVerifier(verifier), resourceMetadataUrl });
 * ```
 */
export function tokenVerifier(verifier: Verifier): TokenVerifier {
  return toTokenVerifier(
    verifier,
    (status, text) => new OAuthError(status === 503 ? OAuthErrorCode.ServerError : OAuthErrorCode.InvalidToken, text),
  );
}
