import type { UnavailableError } from '../errors.ts';
import type { ResolvedOptions } from '../options/resolve-options.ts';
import type { Clock } from '../runtime/clock.ts';
import type { IssuerEntry } from './issuer-entry.ts';
import type { TrustedIssuers } from './trusted-issuers.ts';

/**
 * The metadata of the first authorization server, which is a configured issuer, for requests without a token. Such a request
 * causes no fetch until the `Retry-After` of the last failure has passed.
 */
export class MirroredMetadata {
  readonly #entry: IssuerEntry | undefined;
  readonly #clock: Clock;
  #failure: { readonly error: UnavailableError; readonly until: number } | undefined;

  constructor({ resource, clock }: ResolvedOptions, issuers: TrustedIssuers) {
    this.#entry = issuers.findNow(resource?.authorizationServers[0])?.entry;
    this.#clock = clock;
  }

  /**
   * Returns the document of the issuer, unchanged.
   *
   * @throws UnavailableError if it cannot be fetched.
   */
  readonly get = async (): Promise<object> => {
    if (this.#failure !== undefined && this.#clock.monotonic() < this.#failure.until) throw this.#failure.error;
    try {
      return (await this.#entry?.metadata.document()) ?? {};
    } catch (thrown) {
      const error = thrown as UnavailableError;
      this.#failure = { error, until: this.#clock.monotonic() + error.retryAfter };
      throw error;
    }
  };
}
