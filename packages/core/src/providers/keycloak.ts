import { copyOptions } from '../lib/copy-options.ts';
import type { SingleIssuerOptions, WithOptional } from '../options/options.ts';
import type { ClaimPath } from '../token/claim-names.ts';
import {
  audienceOfResource,
  type ProviderOptions,
  providerFault,
  validateText,
  type WithResource,
  withAccessTokenClaims,
} from './provider-options.ts';

/** The options of {@link keycloak}. */
export interface KeycloakOptions extends Omit<ProviderOptions, 'roleClaims'> {
  /** The URL of Keycloak as in its tokens: `https://sso.example.com`, with `/auth` if it is installed there. */
  readonly url: string;
  /** The name of the realm. */
  readonly realm: string;
  /** The client that represents this API, added to `aud` by an audience mapper. `null` accepts every audience. With `resource`, its `url` by default. */
  readonly audience: string | readonly string[] | null;
  /**
   * The client whose roles are read in addition to those of the realm.
   *
   * @default only the roles of the realm
   */
  readonly clientId?: string;
}

/**
 * Returns the options of a verifier for a Keycloak realm. Roles are read from `realm_access`, and with `clientId` also
 * from that client's `resource_access`; the roles of other clients are ignored. ID, refresh and offline tokens are refused
 * by their claim `typ`; tokens must have `typ` of `Bearer` or `DPoP`, or `azp`. Other options are passed on.
 *
 * @throws ConfigurationError if `url` or `realm` cannot be part of an issuer.
 * @example
 * ```ts
 * import { createVerifier, keycloak } from '@verifier/core';
 *
 * export const verifier = createVerifier(
 *   keycloak({ url: 'https://sso.example.com', realm: 'orders', audience: 'orders-api', clientId: 'orders-api' }),
 * );
 * ```
 */
export function keycloak<TOptional extends boolean = false>(
  given: WithOptional<KeycloakOptions | WithResource<KeycloakOptions>, TOptional>,
): WithOptional<SingleIssuerOptions, TOptional>;
export function keycloak(given: KeycloakOptions | WithResource<KeycloakOptions>): SingleIssuerOptions {
  const { url, realm, clientId, audience: own, ...options } = copyOptions(given);
  validateText(url, /^https?:\/\/[^?#]+$/, 'keycloak', 'url', 'it is a URL, such as https://sso.example.com');
  const [, root = '', name = ''] = /^(.*?)\/realms\/([^/]+)/.exec(url) ?? [];
  if (name !== '') throw providerFault('keycloak', 'url', `contains a realm: write url: '${root}', realm: '${name}'`);
  const inUrl = 'it is the name in the URLs of the realm, after /realms/, and not its display name';
  validateText(realm, /^[^/?#\s]+$/, 'keycloak', 'realm', inUrl);
  const ofRealm: ClaimPath = ['realm_access', 'roles'];
  const roleClaims = clientId === undefined ? [ofRealm] : [ofRealm, ['resource_access', clientId, 'roles']];
  return {
    ...withAccessTokenClaims(options, { typ: ['Bearer', 'DPoP'], azp: true }),
    issuer: `${url.replace(/\/+$/, '')}/realms/${encodeURIComponent(realm)}`,
    audience: own === undefined ? audienceOfResource(options.resource) : own,
    roleClaims,
  };
}
