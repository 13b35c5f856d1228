import { copyOptions } from '../lib/copy-options.ts';
import type { SingleIssuerOptions, WithOptional } from '../options/options.ts';
import {
  audienceOfResource,
  type ProviderOptions,
  validateText,
  type WithResource,
  withAccessTokenClaims,
} from './provider-options.ts';

/** The options of {@link auth0}. */
export interface Auth0Options extends ProviderOptions {
  /** The host name of the tenant or its custom domain, such as `example.eu.auth0.com`. */
  readonly domain: string;
  /** The identifier of this API as registered. One of them must be in `aud`. With `resource`, its `url` by default. */
  readonly audience: string | readonly string[];
}

/**
 * Returns the options of a verifier for an Auth0 tenant, whose issuer identifier ends in a slash. If the API uses
 * role-based access control, require `permission` instead of `scope`: Auth0 writes permissions to `permissions`, and to
 * `scope` only if the client requested them. Tokens must have `azp` or `client_id`, which ID tokens do not have. Other
 * options are passed on.
 *
 * @throws ConfigurationError if `domain` is not a host name.
 * @example
 * ```ts
 * import { auth0, createVerifier } from '@verifier/core';
 *
 * export const verifier = createVerifier(auth0({ domain: 'example.eu.auth0.com', audience: 'https://api.example' }));
 *
 * export async function deleteOrder(token: string): Promise<void> {
 *   await verifier.verify(token, { permission: 'delete:orders' });
 * }
 * ```
 */
export function auth0<TOptional extends boolean = false>(
  given: WithOptional<Auth0Options | WithResource<Auth0Options>, TOptional>,
): WithOptional<SingleIssuerOptions, TOptional>;
export function auth0(given: Auth0Options | WithResource<Auth0Options>): SingleIssuerOptions {
  const { domain, audience: own, ...options } = copyOptions(given);
  const audience = own === undefined ? audienceOfResource(options.resource) : own;
  validateText(
    domain,
    /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/i,
    'auth0',
    'domain',
    'it is a host name without https:// and without a path, such as example.eu.auth0.com',
  );
  // `client_id` in the access token profile of RFC 9068, `azp` in that of Auth0.
  return { ...withAccessTokenClaims(options, { azp: true, client_id: true }), issuer: `https://${domain}/`, audience };
}
