import { copyOptions } from '../lib/copy-options.ts';
import type { SingleIssuerOptions, WithOptional } from '../options/options.ts';
import { type ProviderOptions, providerFault, validateText } from './provider-options.ts';

/** The options of {@link authentik}. */
export interface AuthentikOptions extends ProviderOptions {
  /** The URL of authentik, such as `https://authentik.example.com`. */
  readonly url: string;
  /** The slug of the application. */
  readonly application: string;
  /** The client ID of the application's provider: the only audience of its tokens. */
  readonly clientId: string;
  /**
   * The issuer mode of the provider: `per_provider` has an issuer for each application, `global` one for all.
   *
   * @default 'per_provider'
   */
  readonly issuerMode?: 'per_provider' | 'global';
  /**
   * Whether tokens with the claims of an ID token are accepted. After a login the access tokens of authentik have a `nonce`,
   * so that `false` refuses them.
   *
   * @default true
   */
  readonly dangerouslyAcceptIdTokens?: boolean;
}

/**
 * Returns the options of a verifier for an OAuth2 provider of authentik. Its access tokens are ID tokens with two more
 * claims, `azp` and `uid`: this function sets `dangerouslyAcceptIdTokens`, and requires one of these claims instead.
 * The provider needs a signing key, because without one its tokens have an HMAC. Other options are passed on.
 *
 * @throws ConfigurationError if `url`, `application` or `clientId` cannot be used.
 * @example
 * ```ts
 * import { authentik, createVerifier } from '@verifier/core';
 *
 * export const verifier = createVerifier(
 *   authentik({ url: 'https://authentik.example.com', application: 'orders', clientId: 'ZkBcIuJzIWbrzKhbrUQ' }),
 * );
 * ```
 */
export function authentik<TOptional extends boolean = false>(
  options: WithOptional<AuthentikOptions, TOptional>,
): WithOptional<SingleIssuerOptions, TOptional>;
export function authentik(given: AuthentikOptions): SingleIssuerOptions {
  const {
    url,
    application,
    clientId,
    issuerMode = 'per_provider',
    dangerouslyAcceptIdTokens = true,
    accessTokenClaims = { azp: true, uid: true },
    ...options
  } = copyOptions(given);
  validateText(url, /^https?:\/\/[^?#]+$/, 'authentik', 'url', 'it is a URL, such as https://authentik.example.com');
  if (url.includes('/application/o/')) {
    throw providerFault('authentik', 'url', 'contains an application: it is the URL before /application/o/');
  }
  validateText(application, /^[\w-]+$/, 'authentik', 'application', 'it is the slug of the application');
  validateText(clientId, /./, 'authentik', 'clientId', 'it is the client ID of the provider');
  validateText(issuerMode, /^(?:per_provider|global)$/, 'authentik', 'issuerMode', 'it is per_provider or global');
  const base = url.replace(/\/+$/, '');
  const provider = `${base}/application/o/${application}/`;
  const policy = { ...options, audience: clientId, dangerouslyAcceptIdTokens, accessTokenClaims };
  if (issuerMode === 'per_provider') return { ...policy, issuer: provider };
  // The metadata of an application cannot be discovered from the issuer of all of them.
  return { jwksUri: `${provider}jwks/`, ...policy, issuer: `${base}/` };
}
