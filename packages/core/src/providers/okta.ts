import { runtime } from '#runtime';
import { ConfigurationError } from '../errors.ts';
import { copyOptions } from '../lib/copy-options.ts';
import { oktaServerFault } from '../options/issuer-fault.ts';
import type { SingleIssuerOptions, WithOptional } from '../options/options.ts';
import { audienceOfResource, withAccessTokenClaims } from './provider-options.ts';

/** The options of {@link okta}: those of a verifier, with an optional issuer and audience. */
export interface OktaOptions extends Omit<SingleIssuerOptions, 'issuer' | 'audience'> {
  /**
   * The issuer identifier of the authorization server, such as `https://example.okta.com/oauth2/default`.
   *
   * @default the environment variable OKTA_OAUTH2_ISSUER
   */
  readonly issuer?: string | undefined;
  /**
   * The audience of the authorization server, which is fixed: clients cannot change it with the URL of a resource.
   *
   * @default the environment variable OKTA_OAUTH2_AUDIENCE; `api://default` if the issuer ends in `/oauth2/default`;
   * `resource.url`
   */
  readonly audience?: string | readonly string[] | null | undefined;
}

/**
 * Returns the options of a verifier for an Okta custom authorization server. Tokens must have `cid` or `client_id`, which
 * ID tokens do not have. Other options are passed on.
 *
 * @param environment - The variables that are read if an option is absent; those of the process by default.
 * @throws ConfigurationError if neither an option nor the environment names the issuer or the audience.
 * @example
 * ```ts
 * import { createVerifier, okta } from '@verifier/core';
 *
 * export const verifier = createVerifier(
 *   okta({ issuer: 'https://example.okta.com/oauth2/default', audience: 'api://default' }),
 * );
 * ```
 */
export function okta<TOptional extends boolean = false>(
  options?: WithOptional<OktaOptions, TOptional>,
  environment?: Readonly<Record<string, string | undefined>>,
): WithOptional<SingleIssuerOptions, TOptional>;
export function okta(
  options: OktaOptions = {},
  environment: Readonly<Record<string, string | undefined>> = runtime.environment(),
): SingleIssuerOptions {
  const given = copyOptions(options);
  const issuer = given.issuer ?? (environment['OKTA_OAUTH2_ISSUER'] || undefined);
  if (issuer === undefined) {
    throw new ConfigurationError(
      'issuer is missing: set OKTA_OAUTH2_ISSUER, or the option issuer, such as https://example.okta.com/oauth2/default',
    );
  }
  const audience = audienceOf(given, issuer, environment);
  return { ...withAccessTokenClaims(given, { cid: true, client_id: true }), issuer, audience };
}

function audienceOf(
  { audience, resource }: OktaOptions,
  issuer: string,
  environment: Readonly<Record<string, string | undefined>>,
): SingleIssuerOptions['audience'] {
  if (audience !== undefined) return audience;
  const fromEnvironment = environment['OKTA_OAUTH2_AUDIENCE'];
  if (fromEnvironment) return fromEnvironment;
  // The audience of the server that every Okta tenant has, unless an administrator changed it.
  if (typeof issuer === 'string' && issuer.endsWith('/oauth2/default')) return 'api://default';
  if (resource !== undefined) return audienceOfResource(resource);
  // A fault of the issuer also decides on the audience.
  const fault = typeof issuer === 'string' ? oktaServerFault(issuer) : undefined;
  if (fault !== undefined) throw new ConfigurationError(`issuer ${fault}`);
  throw new ConfigurationError(
    'audience is missing: set OKTA_OAUTH2_AUDIENCE, or the option audience, to the audience of the authorization server (Security > API in the Okta console)',
  );
}
