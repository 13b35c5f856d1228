import type { SingleIssuerOptions } from '../options/options.ts';
import { type ProviderOptions, requireText } from './provider-options.ts';

/** What {@link auth0} is made from. */
export interface Auth0Options extends ProviderOptions {
  /** The host name of the tenant, or its custom domain: `example.eu.auth0.com`. */
  readonly domain: string;
  /** The identifier of this API, as it was registered. */
  readonly audience: string | readonly string[];
}

/**
 * The options of a verifier for an Auth0 tenant. Its issuer identifier ends in a slash, which other issuers' do not.
 * Permissions, where the API has role-based access control, are in `permissions`, and Auth0 leaves them out of `scope`
 * unless the client asked for them.
 *
 * @throws ConfigurationError where `domain` is not a host name.
 *
 * @example
 * ```ts
 * import { auth0, createVerifier } from '@verifier/core';
 *
 * const options = auth0({
 *   domain: 'example.eu.auth0.com',
 *   audience: 'https://api.example.com',
 * });
 * const verifier = createVerifier(options);
 * ```
 */
export function auth0({ domain, ...options }: Auth0Options): SingleIssuerOptions {
  const host = requireText(
    domain,
    /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/i,
    'auth0',
    'domain',
    'it is a host name without https:// and without a path, such as example.eu.auth0.com',
  );
  return { ...options, issuer: `https://${host}/` };
}
