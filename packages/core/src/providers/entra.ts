import type { IssuerOptions, ManyIssuersOptions } from '../options/options.ts';
import { type ManyIssuersProviderOptions, requireText } from './provider-options.ts';

/** What {@link entra} is made from. */
export interface EntraOptions extends ManyIssuersProviderOptions {
  /** The directory (tenant) ID. Not `common` or `organizations`: those are every tenant there is. */
  readonly tenantId: string;
  /** The application (client) ID of this API. */
  readonly clientId: string;
  /**
   * What `aud` may say.
   *
   * @default the client ID, and `api://` before it: what v2 and v1 tokens carry
   */
  readonly audience?: string | readonly string[];
}

/**
 * The options of a verifier for one Microsoft Entra ID tenant. An API there gets v1 or v2 tokens, from two issuers with
 * different names, depending on its manifest (`requestedAccessTokenVersion`); both are accepted. The keys name no
 * algorithm and are used with RS256. Scopes are in `scp`, application roles in `roles`.
 *
 * @throws ConfigurationError where `tenantId` or `clientId` is not a GUID.
 *
 * @example
 * ```ts
 * import { createVerifier, entra } from '@verifier/core';
 *
 * const options = entra({
 *   tenantId: '11111111-2222-3333-4444-555555555555',
 *   clientId: '66666666-7777-8888-9999-000000000000',
 * });
 * const verifier = createVerifier(options);
 * ```
 */
export function entra({ tenantId, clientId, audience, ...options }: EntraOptions): ManyIssuersOptions {
  const tenant = requireGuid(tenantId, 'tenantId', 'the directory ID, not a domain and not "common"').toLowerCase();
  const client = requireGuid(clientId, 'clientId', 'the application ID of this API');
  const accepted = audience ?? [client, `api://${client}`];
  const login = `https://login.microsoftonline.com/${tenant}`;
  const v2: IssuerOptions = { issuer: `${login}/v2.0`, audience: accepted };
  // The metadata of v1 are not where its issuer identifier points.
  const v1: IssuerOptions = {
    issuer: `https://sts.windows.net/${tenant}/`,
    audience: accepted,
    jwksUri: `${login}/discovery/keys`,
  };
  return { ...options, issuers: [v2, v1] };
}

function requireGuid(value: unknown, name: string, hint: string): string {
  return requireText(value, /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i, 'entra', name, `it is a GUID, ${hint}`);
}
