import { ConfigurationError } from '../errors.ts';
import type { ManyIssuersOptions, SingleIssuerOptions } from '../options/options.ts';

/** What every provider takes beside what it is about: the options of a verifier, but for those that it sets itself. */
export type ProviderOptions = Omit<SingleIssuerOptions, 'issuer' | 'issuers' | 'audience'>;

/** The same for a provider of several issuers. */
export type ManyIssuersProviderOptions = Omit<ManyIssuersOptions, 'issuer' | 'issuers' | 'audience'>;

/**
 * A piece of an issuer's address.
 *
 * @throws ConfigurationError where it is missing, or not of that form.
 */
export function requireText(value: unknown, form: RegExp, provider: string, name: string, hint: string): string {
  if (typeof value === 'string' && form.test(value)) return value;
  throw new ConfigurationError(
    `${provider}: ${name} ${value === undefined ? 'is missing' : 'cannot be used'}: ${hint}`,
  );
}
