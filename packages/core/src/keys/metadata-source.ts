import { startDeadline } from '../http/deadline.ts';
import type { DocumentClient, LocatedDocument } from '../http/document-client.ts';
import { insecureUrlsFor } from '../http/secure-url.ts';
import type { MaybePromise } from '../lib/maybe-promise.ts';
import type { StoredDocument } from '../store/document-store.ts';
import {
  type IssuerMetadata,
  isElsewhere,
  isServerError,
  metadataUrls,
  mostTelling,
  namesIssuer,
  parseMetadata,
} from './discovery.ts';
import { documentUnavailable } from './document-unavailable.ts';
import type { MetadataStats } from './key-source.ts';
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
  /** The configured URL; undefined for the well-known ones. */
  readonly metadataUri: string | undefined;
  readonly insecureOrigins: readonly string[];
  readonly documents: Pick<DocumentClient, 'request'>;
  /** The time limit of a fetch in seconds, at all URLs together. */
  readonly timeout: number;
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

const unavailable = { code: 'ERR_DISCOVERY_FAILED', message: 'The metadata of the issuer cannot be fetched' } as const;

/** The metadata of an issuer. Fetched when first needed, refreshed in the background when used. */
export class MetadataSource {
  readonly #document: RefreshingDocument<IssuerMetadata>;
  #contactsSaved = 0;

  constructor(options: MetadataSourceOptions) {
    const { issuer, metadataUri, insecureOrigins, sharesPromises } = options;
    const insecure = insecureUrlsFor(metadataUri ?? issuer, insecureOrigins);
    const urls = (): readonly string[] => (metadataUri === undefined ? metadataUrls(issuer) : [metadataUri]);
    this.#document = new RefreshingDocument({
      ...options,
      request: (cached, signal) => requestMetadata({ ...options, urls: urls() }, cached, signal),
      parse: (json, _previous, url) => parseMetadata(json, issuer, insecure, url),
      settings,
      unavailable,
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
    const metadata = this.#document.valueNow(undefined);
    if (metadata === undefined) return this.reload();
    this.#contactsSaved += 1;
    return metadata;
  }

  /** Fetches the metadata although they are loaded, because a URL in them is gone. Rejects like {@link get}. */
  async reload(): Promise<IssuerMetadata> {
    const outcome = await this.#document.fetch('life');
    if (outcome === 'failed') throw this.#document.unavailable();
    return this.#document.trusted();
  }

  stats(): MetadataStats {
    const { refreshes, failures, age } = this.#document.stats();
    return { refreshes, failures, contactsSaved: this.#contactsSaved, age };
  }

  clear(): void {
    this.#document.clear();
  }

  close(): void {
    this.#document.close();
  }
}

interface MetadataRequest extends Pick<MetadataSourceOptions, 'issuer' | 'documents' | 'timeout'> {
  readonly urls: readonly string[];
}

/** Requests metadata at some URLs in turn, within the time limit of one exchange. */
async function requestMetadata(
  { issuer, urls, documents, timeout }: MetadataRequest,
  cached: StoredDocument | undefined,
  signal: AbortSignal,
): Promise<LocatedDocument> {
  const deadline = startDeadline(timeout, signal);
  const errors: unknown[] = [];
  try {
    for (const url of startingWith(urls, cached?.url)) {
      const document = await documents.request(url, cached, deadline.signal).catch((error: unknown) => {
        errors.push(error);
      });
      if (document === undefined && !isElsewhere(errors.at(-1))) break;
      if (document !== undefined && isAnswer(document, issuer, errors)) return document;
    }
  } finally {
    deadline.clear();
  }
  const { code, message } = unavailable;
  const isLate = deadline.signal.aborted;
  throw documentUnavailable(code, message, isLate ? deadline.signal.reason : mostTelling(errors), errors);
}

// While one place fails, the metadata of another issuer at a further place are no reason to suspect the configuration.
function isAnswer({ unchanged, json }: LocatedDocument, issuer: string, errors: readonly unknown[]): boolean {
  return unchanged || namesIssuer(json, issuer) || !errors.some(isServerError);
}

// The URL that answered last time.
function startingWith(urls: readonly string[], first: string | undefined): readonly string[] {
  return urls.toSorted((left, right) => Number(right === first) - Number(left === first));
}
