import { UnavailableError } from '../errors.ts';
import { DocumentError } from '../http/document-error.ts';
import { type DocumentSettings, type FetchedDocument, requestDocument } from '../http/request-document.ts';
import type { Clock } from '../runtime/clock.ts';
import type { HttpClient } from '../runtime/http-runtime.ts';
import { type IssuerMetadata, isElsewhere, metadataUrls, parseMetadata } from './discovery.ts';
import { limits } from './refresh-policy.ts';

/** What is needed to fetch the documents of an issuer. */
export interface DocumentOptions {
  readonly issuer: string;
  /** Where the key set is, if that is not to be discovered. */
  readonly jwksUri: string | undefined;
  readonly settings: DocumentSettings;
  readonly insecureOrigins: readonly string[];
  readonly client: HttpClient;
  readonly clock: Clock;
  /** Whether one request may await the promise of another. */
  readonly sharesPromises: boolean;
  /** A number within [0, 1). */
  readonly random: () => number;
  /** Told how each fetch of the metadata ended. */
  readonly onMetadata: (outcome: { readonly error?: UnavailableError; readonly seconds: number }) => void;
}

/** A key set, or the word that the one at hand is still good, and where that was said. */
export interface KeyDocument extends FetchedDocument {
  readonly url: string;
}

/** The document at hand, as far as its issuer can recognise it. */
export type KnownDocument = Pick<KeyDocument, 'url' | 'etag'>;

/** Fetches key sets, and knows where they are. */
export interface DocumentSource {
  /**
   * Fetches the key set, and before it the metadata where they are not known. Throws an UnavailableError.
   *
   * @param known - The document at hand, which the answer may confirm.
   */
  fetchKeys(known: KnownDocument | undefined, signal: AbortSignal): Promise<KeyDocument>;
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
  #discovery: Promise<IssuerMetadata> | undefined;
  #lastStarted = 0;
  #lastApplied = 0;

  constructor(options: DocumentOptions) {
    this.#options = options;
  }

  async fetchKeys(known: KnownDocument | undefined, signal: AbortSignal): Promise<KeyDocument> {
    const { jwksUri } = this.#options;
    const knownUrl = jwksUri ?? this.#metadata?.jwksUri;
    const url = knownUrl ?? (await this.#discover(signal)).jwksUri;
    if (this.#isDue()) this.#refreshInBackground(signal);
    try {
      return await this.#fetchKeySet(url, known, signal);
    } catch (error) {
      const mayHaveMoved = isGone(error) && jwksUri === undefined && knownUrl !== undefined;
      const next = mayHaveMoved ? (await this.#discover(signal)).jwksUri : url;
      if (next === url) throw asKeySetError(error);
      return await this.#fetchKeySet(next, known, signal).catch((cause: unknown) => {
        throw asKeySetError(cause);
      });
    }
  }

  clear(): void {
    this.#metadata = undefined;
    this.#discovery = undefined;
    this.#lastApplied = this.#lastStarted;
  }

  #isDue(): boolean {
    return this.#metadata !== undefined && this.#options.clock.monotonic() >= this.#refreshAt;
  }

  // Where this fails, the key set stays where it was known to be; onMetadata has told of it.
  #refreshInBackground(signal: AbortSignal): void {
    this.#refreshAt = this.#options.clock.monotonic() + metadataRetry;
    this.#discover(signal).catch(() => undefined);
  }

  #discover(signal: AbortSignal): Promise<IssuerMetadata> {
    if (this.#discovery !== undefined && this.#options.sharesPromises) return this.#discovery;
    const discovery = this.#readMetadata(signal).finally(() => {
      if (this.#discovery === discovery) this.#discovery = undefined;
    });
    this.#discovery = discovery;
    return discovery;
  }

  async #readMetadata(signal: AbortSignal): Promise<IssuerMetadata> {
    const { clock, onMetadata } = this.#options;
    const startedAt = clock.monotonic();
    this.#lastStarted += 1;
    const sequence = this.#lastStarted;
    // What was asked for before something newer arrived, or before everything was to be forgotten, is told to nobody.
    const isLate = (): boolean => sequence <= this.#lastApplied;
    try {
      const metadata = await this.#fetchMetadata(signal);
      if (!isLate()) {
        this.#lastApplied = sequence;
        this.#keep(metadata);
        onMetadata({ seconds: clock.monotonic() - startedAt });
      }
      return metadata;
    } catch (cause) {
      const error = asDiscoveryError(cause);
      if (!isLate()) {
        this.#putOff(cause);
        onMetadata({ error, seconds: clock.monotonic() - startedAt });
      }
      throw error;
    }
  }

  #keep(metadata: IssuerMetadata): void {
    const { clock, random } = this.#options;
    const jittered = 1 + limits.jitter * (2 * random() - 1);
    this.#metadata = metadata;
    this.#refreshAt = clock.monotonic() + metadataLife * metadataRefreshAhead * jittered;
  }

  #putOff(cause: unknown): void {
    const asked = cause instanceof DocumentError ? (cause.retryAfter ?? 0) : 0;
    const wait = Math.min(limits.maxRetryAfter, Math.max(metadataRetry, asked));
    this.#refreshAt = this.#options.clock.monotonic() + wait;
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

  // An ETag means something at the address only that sent it (RFC 9110, section 8.8.3).
  async #fetchKeySet(url: string, known: KnownDocument | undefined, signal: AbortSignal): Promise<KeyDocument> {
    const etag = known?.url === url ? known.etag : undefined;
    return { ...(await this.#fetch(url, etag, signal)), url };
  }

  #fetch(url: string, etag: string | undefined, signal: AbortSignal): Promise<FetchedDocument> {
    const { client, settings, clock } = this.#options;
    return requestDocument(client, url, settings, { etag, signal, now: clock.now() });
  }
}

// RFC 9110, sections 15.5.5 and 15.5.11.
function isGone(error: unknown): boolean {
  return error instanceof DocumentError && (error.status === 404 || error.status === 410);
}

function asDiscoveryError(cause: unknown): UnavailableError {
  if (cause instanceof UnavailableError) return cause;
  const details = { cause, ...retryAfterOf(cause) };
  return new UnavailableError('ERR_DISCOVERY_FAILED', 'The metadata of the issuer cannot be fetched', details);
}

function asKeySetError(cause: unknown): UnavailableError {
  const isBadDocument = cause instanceof DocumentError && ['json', 'content-type', 'size'].includes(cause.fault);
  const code = isBadDocument ? 'ERR_KEY_SET_INVALID' : 'ERR_KEY_SET_UNAVAILABLE';
  return new UnavailableError(code, 'The key set of the issuer cannot be fetched', { cause, ...retryAfterOf(cause) });
}

function retryAfterOf(cause: unknown): { retryAfter?: number } {
  const retryAfter = cause instanceof DocumentError ? cause.retryAfter : undefined;
  return retryAfter === undefined ? {} : { retryAfter };
}
