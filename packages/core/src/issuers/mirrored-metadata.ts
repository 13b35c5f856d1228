import type { UnavailableError } from '../errors.ts';
import type { ResolvedOptions } from '../options/resolve-options.ts';
import type { Clock } from '../runtime/clock.ts';
import type { IssuerEntry } from './issuer-entry.ts';
import type { TrustedIssuers } from './trusted-issuers.ts';

/**
 * The metadata of an issuer for requests without a token. Such a request causes no fetch until the `Retry-After` of the last
 * failure has passed.
 */
export class MirroredMetadata {
  readonly #source: Pick<IssuerEntry, 'metadata'>;
  readonly #clock: Clock;
  #failure: { readonly error: UnavailableError; readonly until: number } | undefined;

  constructor(source: Pick<IssuerEntry, 'metadata'>, clock: Clock) {
    this.#source = source;
    this.#clock = clock;
  }

  /**
   * The document of the issuer, unchanged.
   *
   * @throws UnavailableError if it cannot be fetched.
   */
  async get(): Promise<object> {
    if (this.#failure !== undefined && this.#clock.monotonic() < this.#failure.until) throw this.#failure.error;
    try {
      return await this.#source.metadata.document();
    } catch (thrown) {
      const error = thrown as UnavailableError;
      this.#failure = { error, until: this.#clock.monotonic() + error.retryAfter };
      throw error;
    }
  }
}

/** Returns the function that reads the metadata of the first authorization server, which is a configured issuer. */
export function mirrorOf({ resource, clock }: ResolvedOptions, issuers: TrustedIssuers): () => Promise<object> {
  const entry = issuers.findNow(resource?.authorizationServers[0])?.entry;
  const mirrored = entry && new MirroredMetadata(entry, clock);
  return async () => (await mirrored?.get()) ?? {};
}
