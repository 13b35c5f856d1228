import { UnavailableError } from '../errors.ts';
import { FetchError } from '../http/fetch-error.ts';
import { type FetchedDocument, type FetchSettings, fetchJson } from '../http/fetch-json.ts';
import type { Clock } from '../options.ts';
import type { HttpClient } from '../runtime/runtime.ts';
import { type IssuerMetadata, isElsewhere, metadataUrls, parseMetadata } from './discovery.ts';

/** What is needed to fetch the documents of an issuer. */
export interface DocumentOptions {
  readonly issuer: string;
  /** Where the key set is, if that is not to be discovered. */
  readonly jwksUri: string | undefined;
  readonly settings: FetchSettings;
  readonly insecureOrigins: readonly string[];
  readonly client: HttpClient;
  readonly clock: Clock;
  /** Told how each fetch of the metadata ended. */
  readonly onMetadata: (outcome: { readonly error?: UnavailableError; readonly seconds: number }) => void;
}

/** Fetches key sets, and knows where they are. */
export interface DocumentSource {
  /** Fetches the key set, and before it the metadata where they are not known. Throws an UnavailableError. */
  fetchKeys(etag: string | undefined, signal: AbortSignal): Promise<FetchedDocument>;
  clear(): void;
}

const metadataLife = 86_400;
const metadataRefreshAhead = 0.8;
const metadataRetry = 60;

/** The documents of one issuer. The metadata are kept for a day, and refreshed beside a fetch of the keys. */
export function createDocumentSource(options: DocumentOptions): DocumentSource {
  return new IssuerDocuments(options);
}

class IssuerDocuments implements DocumentSource {
  readonly #options: DocumentOptions;
  #metadata: IssuerMetadata | undefined;
  #refreshAt = 0;

  constructor(options: DocumentOptions) {
    this.#options = options;
  }

  async fetchKeys(etag: string | undefined, signal: AbortSignal): Promise<FetchedDocument> {
    const known = this.#options.jwksUri ?? this.#metadata?.jwksUri;
    const url = known ?? (await this.#discover(signal)).jwksUri;
    if (this.#isDue()) this.#refreshInBackground(signal);
    try {
      return await this.#fetch(url, etag, signal);
    } catch (error) {
      const moved = isGone(error) && this.#options.jwksUri === undefined && known !== undefined;
      const next = moved ? (await this.#discover(signal)).jwksUri : url;
      if (next === url) throw asKeySetError(error);
      return await this.#fetch(next, undefined, signal).catch((cause: unknown) => {
        throw asKeySetError(cause);
      });
    }
  }

  clear(): void {
    this.#metadata = undefined;
  }

  #isDue(): boolean {
    return this.#metadata !== undefined && this.#options.clock.monotonic() >= this.#refreshAt;
  }

  // Where this fails, the key set stays where it was known to be; onMetadata has told of it.
  #refreshInBackground(signal: AbortSignal): void {
    this.#refreshAt = this.#options.clock.monotonic() + metadataRetry;
    this.#discover(signal).catch(() => undefined);
  }

  async #discover(signal: AbortSignal): Promise<IssuerMetadata> {
    const { clock, onMetadata } = this.#options;
    const startedAt = clock.monotonic();
    try {
      const metadata = await this.#fetchMetadata(signal);
      this.#metadata = metadata;
      this.#refreshAt = clock.monotonic() + metadataLife * metadataRefreshAhead;
      onMetadata({ seconds: clock.monotonic() - startedAt });
      return metadata;
    } catch (cause) {
      const error = asDiscoveryError(cause);
      onMetadata({ error, seconds: clock.monotonic() - startedAt });
      throw error;
    }
  }

  async #fetchMetadata(signal: AbortSignal): Promise<IssuerMetadata> {
    const { issuer, insecureOrigins } = this.#options;
    const [openid, oauth] = metadataUrls(issuer);
    const document = await this.#fetch(openid, undefined, signal).catch((error: unknown) => {
      if (!isElsewhere(error)) throw error;
      return this.#fetch(oauth, undefined, signal);
    });
    return parseMetadata(document.json, issuer, insecureOrigins);
  }

  #fetch(url: string, etag: string | undefined, signal: AbortSignal): Promise<FetchedDocument> {
    const { client, settings, clock } = this.#options;
    return fetchJson(client, url, settings, { etag, signal, now: clock.now() });
  }
}

// RFC 9110, sections 15.5.5 and 15.5.11.
function isGone(error: unknown): boolean {
  return error instanceof FetchError && (error.status === 404 || error.status === 410);
}

function asDiscoveryError(cause: unknown): UnavailableError {
  if (cause instanceof UnavailableError) return cause;
  const details = { cause, ...retryAfterOf(cause) };
  return new UnavailableError('ERR_DISCOVERY_FAILED', 'The metadata of the issuer cannot be fetched', details);
}

function asKeySetError(cause: unknown): UnavailableError {
  const isBadDocument = cause instanceof FetchError && ['json', 'content-type', 'size'].includes(cause.fault);
  const code = isBadDocument ? 'ERR_KEY_SET_INVALID' : 'ERR_KEY_SET_UNAVAILABLE';
  return new UnavailableError(code, 'The key set of the issuer cannot be fetched', { cause, ...retryAfterOf(cause) });
}

function retryAfterOf(cause: unknown): { retryAfter?: number } {
  const retryAfter = cause instanceof FetchError ? cause.retryAfter : undefined;
  return retryAfter === undefined ? {} : { retryAfter };
}
