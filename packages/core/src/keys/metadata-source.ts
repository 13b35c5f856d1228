import type { DocumentClient, LocatedDocument } from '../http/document-client.ts';
import type { MaybePromise } from '../lib/maybe-promise.ts';
import type { StoredDocument } from '../store/document-store.ts';
import { type IssuerMetadata, isElsewhere, metadataUrls, parseMetadata } from './discovery.ts';
import type { RefreshSettings } from './refresh-policy.ts';
import { RefreshingDocument } from './refreshing-document.ts';
import type { RefreshingDocumentOptions } from './refreshing-document-options.ts';

/** The collaborators and settings of a {@link MetadataSource}. */
export interface MetadataSourceOptions
  extends Pick<
    RefreshingDocumentOptions<IssuerMetadata>,
    'store' | 'storeKey' | 'clock' | 'random' | 'listener' | 'longestFetch'
  > {
  readonly issuer: string;
  readonly insecureOrigins: readonly string[];
  readonly documents: Pick<DocumentClient, 'request'>;
  readonly sharesPromises: boolean;
}

// Metadata rarely change. Loaded ones stay in use until newer ones replace them.
const settings: RefreshSettings = Object.freeze({
  ttl: 86_400,
  refreshAhead: 0.8,
  staleFor: Number.POSITIVE_INFINITY,
  retry: 60,
  usesStale: true,
});

/** The metadata of an issuer. Fetched when first needed, refreshed in the background when used. */
export class MetadataSource {
  readonly #document: RefreshingDocument<IssuerMetadata>;

  constructor(options: MetadataSourceOptions) {
    const { issuer, insecureOrigins, documents, sharesPromises } = options;
    this.#document = new RefreshingDocument({
      ...options,
      request: (cached, signal) => requestMetadata(issuer, documents, cached, signal),
      parse: (json) => parseMetadata(json, issuer, insecureOrigins),
      settings,
      unavailable: { code: 'ERR_DISCOVERY_FAILED', message: 'The metadata of the issuer cannot be fetched' },
      // Refreshed on use only, without a timer.
      runtime: { sharesPromises, schedule: () => undefined },
    });
  }

  /**
   * The metadata; a promise only if none are loaded. Does not back off then: the callers limit their attempts.
   *
   * @throws UnavailableError with ERR_DISCOVERY_FAILED or ERR_DISCOVERY_ISSUER_MISMATCH.
   */
  get(): MaybePromise<IssuerMetadata> {
    return this.#document.valueNow(undefined) ?? this.reload();
  }

  /** Fetches the metadata although they are loaded, because a URL in them is gone. Rejects like {@link get}. */
  async reload(): Promise<IssuerMetadata> {
    const outcome = await this.#document.fetch('life');
    if (outcome === 'failed') throw this.#document.unavailable();
    return this.#document.trusted();
  }

  clear(): void {
    this.#document.clear();
  }

  close(): void {
    this.#document.close();
  }
}

async function requestMetadata(
  issuer: string,
  documents: Pick<DocumentClient, 'request'>,
  cached: StoredDocument | undefined,
  signal: AbortSignal,
): Promise<LocatedDocument> {
  const [openid, oauth] = metadataUrls(issuer);
  try {
    return await documents.request(openid, cached, signal);
  } catch (error) {
    if (!isElsewhere(error)) throw error;
    return await documents.request(oauth, cached, signal);
  }
}
