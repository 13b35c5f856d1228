import type { SingleIssuerOptions } from '../options/options.ts';
import type { ClaimPath } from '../token/claim-names.ts';
import { type ProviderOptions, requireText } from './provider-options.ts';

/** What {@link keycloak} is made from. */
export interface KeycloakOptions extends Omit<ProviderOptions, 'roleClaims'> {
  /** Where Keycloak is, as its tokens name it: `https://sso.example.com`, with `/auth` where it is installed there. */
  readonly url: string;
  readonly realm: string;
  /** What `aud` says for this API: the client that stands for it, by an audience mapper. */
  readonly audience: string | readonly string[] | null;
  /**
   * The client whose roles count beside those of the realm.
   *
   * @default only the roles of the realm
   */
  readonly clientId?: string;
}

/**
 * The options of a verifier for a Keycloak realm. Roles are those under `realm_access`, and with `clientId` also those
 * under `resource_access` of that client; roles of other clients never count. Its ID and refresh tokens say what they
 * are in the claim `typ`, and are refused.
 *
 * @throws ConfigurationError where `url` or `realm` cannot be part of an issuer.
 *
 * @example
 * ```ts
 * import { createVerifier, keycloak } from '@verifier/core';
 *
 * const options = keycloak({
 *   url: 'https://sso.example.com',
 *   realm: 'shop',
 *   audience: 'orders-api',
 * });
 * const verifier = createVerifier(options);
 * ```
 */
export function keycloak({ url, realm, clientId, ...options }: KeycloakOptions): SingleIssuerOptions {
  const base = requireText(
    url,
    /^https?:\/\/[^?#]+$/,
    'keycloak',
    'url',
    'it is a URL, such as https://sso.example.com',
  );
  const name = requireText(realm, /^[^/?#\s]+$/, 'keycloak', 'realm', 'it is the name of the realm');
  const ofRealm: ClaimPath = ['realm_access', 'roles'];
  const roleClaims = clientId === undefined ? [ofRealm] : [ofRealm, ['resource_access', clientId, 'roles']];
  return { ...options, issuer: `${base.replace(/\/+$/, '')}/realms/${encodeURIComponent(name)}`, roleClaims };
}
