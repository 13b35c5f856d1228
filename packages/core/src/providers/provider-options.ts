import { ConfigurationError } from '../errors.ts';
import { copyOptions } from '../lib/copy-options.ts';
import type { ManyIssuersOptions, ResourceOptions, SingleIssuerOptions, TokenPolicy } from '../options/options.ts';
import { hasPlaceholder } from '../options/placeholder.ts';

/** The options of a verifier that every provider passes on. */
export type ProviderOptions = Omit<SingleIssuerOptions, 'issuer' | 'issuers' | 'audience'>;

/** The same for a provider with several issuers. */
export type ManyIssuersProviderOptions = Omit<ManyIssuersOptions, 'issuer' | 'issuers' | 'audience'>;

/** The options of a provider whose `audience` may be that of `resource`. */
export type WithResource<TOptions extends { readonly audience?: unknown }> = Omit<TOptions, 'audience' | 'resource'> & {
  readonly audience?: TOptions['audience'] | undefined;
  readonly resource: ResourceOptions;
};

/** The audience of an API that is configured by `resource` alone. `createVerifier` validates the option. */
export function audienceOfResource(resource: ResourceOptions | undefined): string {
  return (Object(resource) as ResourceOptions).url;
}

/**
 * Returns the options with the claims that tell an access token of the provider from its ID tokens. Options of the
 * application that decide the same take precedence.
 */
export function withAccessTokenClaims<TOptions extends TokenPolicy>(
  options: TOptions,
  accessTokenClaims: NonNullable<TokenPolicy['accessTokenClaims']>,
): TOptions {
  const own = copyOptions(options);
  const isDecided = own.accessTokenClaims !== undefined || own.dangerouslyAcceptIdTokens === true;
  return isDecided ? options : { ...options, accessTokenClaims };
}

/**
 * Validates a text that becomes part of an issuer.
 *
 * @param form - The form of the whole text.
 * @throws ConfigurationError if the value is missing or has another form.
 */
export function validateText(value: unknown, form: RegExp, provider: string, name: string, hint: string): void {
  if (typeof value === 'string' && hasPlaceholder(value)) {
    throw providerFault(provider, name, `contains a placeholder: ${hint}`);
  }
  if (typeof value === 'string' && form.test(value)) return;
  throw providerFault(provider, name, `${value === undefined ? 'is missing' : 'cannot be used'}: ${hint}`);
}

/** The error for an option of a provider. */
export function providerFault(provider: string, name: string, what: string): ConfigurationError {
  return new ConfigurationError(`${provider}: ${name} ${what}`);
}
