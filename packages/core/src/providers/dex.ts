import { copyOptions } from '../lib/copy-options.ts';
import type { SingleIssuerOptions, WithOptional } from '../options/options.ts';
import { type ProviderOptions, validateText } from './provider-options.ts';

/** The options of {@link dex}. */
export interface DexOptions extends ProviderOptions {
  /** The `issuer` in the configuration of Dex, such as `https://dex.example.com`. */
  readonly issuer: string;
  /**
   * The client that represents this API. Its tokens are accepted, and those of other clients that requested the scope
   * `audience:server:client_id:` with this client.
   */
  readonly clientId: string | readonly string[];
  /**
   * Whether ID tokens are accepted. The access tokens of Dex are ID tokens in form, so that `false` refuses them all.
   *
   * @default true
   */
  readonly dangerouslyAcceptIdTokens?: boolean;
}

/**
 * Returns the options of a verifier for Dex. Its access tokens are ID tokens in form, with `nonce` and `at_hash`, and no
 * claim tells the two apart: this function sets `dangerouslyAcceptIdTokens`. Register the API as a client of its own, so
 * that no token for the sign-in to another application is accepted. Other options are passed on.
 *
 * @throws ConfigurationError if `issuer` is not a URL, or `clientId` is missing.
 * @example
 * ```ts
 * import { createVerifier, dex } from '@verifier/core';
 *
 * export const verifier = createVerifier(dex({ issuer: 'https://dex.example.com', clientId: 'orders-api' }));
 * ```
 */
export function dex<TOptional extends boolean = false>(
  options: WithOptional<DexOptions, TOptional>,
): WithOptional<SingleIssuerOptions, TOptional>;
export function dex(given: DexOptions): SingleIssuerOptions {
  const { issuer, clientId, dangerouslyAcceptIdTokens = true, ...options } = copyOptions(given);
  validateText(issuer, /^https?:\/\/[^?#]+$/, 'dex', 'issuer', 'it is a URL, such as https://dex.example.com');
  const [first] = [clientId].flat();
  validateText(first, /./, 'dex', 'clientId', 'it is the client of this API');
  return { ...options, issuer, audience: clientId, dangerouslyAcceptIdTokens };
}
