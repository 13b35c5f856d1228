import type { ResourceServer, VerifiedToken } from '@verifier/core';

// A registered symbol: two copies of this package read what the other wrote. Enumerable, because the SDK copies the object.
const verified: unique symbol = Symbol.for('@verifier/mcp/verified');

/** The caller of a tool, as the MCP SDK passes it to handlers: an `AuthInfo` of the SDK, of version 1 and 2. */
export interface AuthInfo {
  /** The token as it was sent. Never pass it on to another API: obtain a token of your own for that one. */
  token: string;
  /** The client that the token was issued to; its subject if the issuer names no client. */
  clientId: string;
  /** The scopes that the token says. {@link requireScopes} also sees the ones that they imply. */
  scopes: string[];
  /** The expiry, in epoch seconds. */
  expiresAt: number;
  /** The resource identifier of this server; undefined without the option `resource`. */
  resource?: URL;
  /** The URL of the metadata, which the challenges of the SDK name; undefined without `resource`. */
  resourceMetadataUrl?: string;
  extra: { claims: VerifiedToken['claims']; issuer: string; subject: string | undefined };
}

/**
 * Converts a verified token to the `AuthInfo` of the MCP SDK. {@link mcpAuth} does so itself; use it behind another guard,
 * such as that of `@verifier/nest`.
 *
 * @param auth - A verified token.
 * @param server - Its verifier. With the option `resource`, challenges of the SDK name the metadata.
 *
 * @example
 * ```ts
 * import { createVerifier } from '@verifier/core';
 * import { toAuthInfo } from '@verifier/mcp';
 *
 * const verifier = createVerifier({
 *   issuer: 'https://login.example.com',
 *   resource: { url: 'https://mcp.example.com/mcp' },
 * });
 *
 * export const authInfoOf = async (token: string) => toAuthInfo(await verifier.verify(token), verifier);
 * ```
 */
export function toAuthInfo(auth: VerifiedToken, { resource }: ResourceServer = {}): AuthInfo {
  const { token, claims, issuer, subject, expiresAt } = auth;
  const info = { token, clientId: auth.clientId ?? subject ?? '', scopes: [...auth.scopes], expiresAt };
  const ofServer = resource && { resource: new URL(resource.url), resourceMetadataUrl: resource.metadata.url };
  return Object.assign(info, ofServer, { extra: { claims, issuer, subject }, [verified]: auth });
}

/**
 * Returns the verified token of the caller of a tool: its claims, roles and groups, and its scopes for `hasScope`. Undefined
 * if neither {@link mcpAuth} nor {@link toAuthInfo} made the `AuthInfo`.
 *
 * @param info - The `authInfo` that the SDK passes to handlers.
 *
 * @example
 * ```ts
 * import { hasScope } from '@verifier/core';
 * import { type AuthInfo, getAuth } from '@verifier/mcp';
 *
 * export const canEdit = (authInfo: AuthInfo | undefined) => hasScope(getAuth(authInfo), 'notes:write');
 * ```
 */
export function getAuth(info: object | undefined): VerifiedToken | undefined {
  return info !== undefined && Object.hasOwn(info, verified) ? Reflect.get(info, verified) : undefined;
}
