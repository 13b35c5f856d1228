import { runtime } from '#runtime';
import { ConfigurationError } from '../errors.ts';
import type { SingleIssuerOptions } from '../options/options.ts';

/** The options of a verifier of an Okta authorization server; the environment fills in issuer and audience. */
export interface OktaOptions extends Omit<SingleIssuerOptions, 'issuer' | 'audience'> {
  /**
   * The authorization server, such as `https://example.okta.com/oauth2/default`, or one behind a custom domain.
   *
   * @default the environment variable OKTA_OAUTH2_ISSUER
   */
  readonly issuer?: string | undefined;
  /**
   * The audience that its access policy gives to this API.
   *
   * @default the environment variable OKTA_OAUTH2_AUDIENCE; `api://default` where the issuer ends in `/oauth2/default`
   */
  readonly audience?: string | readonly string[] | null | undefined;
}

/**
 * The options of a verifier for an Okta custom authorization server.
 *
 * @param environment - Where variables are looked up that no option replaces; those of the process by default.
 * @throws ConfigurationError where neither an option nor the environment names the issuer or the audience.
 *
 * @example
 * ```ts
 * import { createVerifier, okta } from '@verifier/core';
 *
 * const options = okta({
 *   issuer: 'https://example.okta.com/oauth2/default',
 *   audience: 'api://default',
 * });
 * const verifier = createVerifier(options);
 * ```
 */
export function okta(
  options: OktaOptions = {},
  environment: Readonly<Record<string, string | undefined>> = runtime.environment(),
): SingleIssuerOptions {
  const issuer = options.issuer ?? (environment['OKTA_OAUTH2_ISSUER'] || undefined);
  if (issuer === undefined) {
    throw new ConfigurationError(
      'issuer is missing: set OKTA_OAUTH2_ISSUER, or write oktaAuth({ issuer: "https://example.okta.com/oauth2/default" })',
    );
  }
  return { ...options, issuer, audience: audienceOf(options, issuer, environment) };
}

function audienceOf(
  { audience }: OktaOptions,
  issuer: string,
  environment: Readonly<Record<string, string | undefined>>,
): SingleIssuerOptions['audience'] {
  if (audience !== undefined) return audience;
  const fromEnvironment = environment['OKTA_OAUTH2_AUDIENCE'];
  if (fromEnvironment) return fromEnvironment;
  // Every Okta tenant has this server, and it has this audience until somebody changes it.
  if (typeof issuer === 'string' && issuer.endsWith('/oauth2/default')) return 'api://default';
  throw new ConfigurationError(
    'audience is missing: set OKTA_OAUTH2_AUDIENCE, or the option audience, to the audience of the authorization server (Security > API in the Okta console)',
  );
}
