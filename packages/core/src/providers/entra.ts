import { copyOptions } from '../lib/copy-options.ts';
import type { IssuerOptions, ManyIssuersOptions, WithOptional } from '../options/options.ts';
import { type ManyIssuersProviderOptions, validateText, withAccessTokenClaims } from './provider-options.ts';

/** The options of {@link entra}. */
export interface EntraOptions extends ManyIssuersProviderOptions {
  /** The directory (tenant) ID. `common` and `organizations` are refused: they would accept every tenant. */
  readonly tenantId: string;
  /** The application (client) ID of this API. */
  readonly clientId: string;
  /**
   * The accepted values of `aud`. Not the URL of `resource`: Entra ID writes the application ID.
   *
   * @default `clientId` (v2 tokens), and `clientId` after `api://` (v1 tokens)
   */
  readonly audience?: string | readonly string[];
}

/**
 * Returns the options of a verifier for one Microsoft Entra ID tenant. Accepts v1 and v2 tokens: an API receives one or
 * the other, from two issuers, depending on its manifest (`requestedAccessTokenVersion`). The keys do not name an
 * algorithm and verify RS256. Scopes are read from `scp`, application roles from `roles`. Tokens must have `azp` (v2),
 * `appid` (v1) or `scp`, which ID tokens do not have. Other options are passed on.
 *
 * @throws ConfigurationError if `tenantId` or `clientId` is not a GUID.
 * @example
 * ```ts
 * import { createVerifier, entra } from '@verifier/core';
 *
 * export const verifier = createVerifier(
 *   entra({ tenantId: '72f988bf-86f1-41af-91ab-2d7cd011db47', clientId: '6e74172b-be56-4843-9ff4-e66a39bb12e3' }),
 * );
 * ```
 */
export function entra<TOptional extends boolean = false>(
  given: WithOptional<EntraOptions, TOptional>,
): WithOptional<ManyIssuersOptions, TOptional>;
export function entra(given: EntraOptions): ManyIssuersOptions {
  const { tenantId, clientId, audience, ...options } = copyOptions(given);
  validateGuid(tenantId, 'tenantId', 'the directory ID, not a domain and not "common"');
  validateGuid(clientId, 'clientId', 'the application ID of this API');
  const tenant = tenantId.toLowerCase();
  const accepted = audience ?? [clientId, `api://${clientId}`];
  const login = `https://login.microsoftonline.com/${tenant}`;
  const v2: IssuerOptions = { issuer: `${login}/v2.0`, audience: accepted };
  // The metadata of v1 cannot be discovered from its issuer identifier.
  const v1: IssuerOptions = {
    issuer: `https://sts.windows.net/${tenant}/`,
    audience: accepted,
    jwksUri: `${login}/discovery/keys`,
  };
  // The audience of an ID token of the same app registration is `clientId` as well.
  const withClaims = withAccessTokenClaims(options, { azp: true, appid: true, scp: true });
  const { resource } = options;
  // Clients use the endpoints of v2, whichever tokens they issue.
  const published = resource === undefined ? {} : { resource: { authorizationServers: [v2.issuer], ...resource } };
  return { ...withClaims, ...published, issuers: [v2, v1] };
}

function validateGuid(value: unknown, name: string, hint: string): void {
  validateText(value, /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i, 'entra', name, `it is a GUID, ${hint}`);
}
