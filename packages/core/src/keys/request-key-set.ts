import type { UnavailableError } from '../errors.ts';
import type { DocumentClient, LocatedDocument } from '../http/document-client.ts';
import { DocumentError, type DocumentFault } from '../http/document-error.ts';
import type { StoredDocument } from '../store/document-store.ts';
import { documentUnavailable } from './document-unavailable.ts';
import type { MetadataSource } from './metadata-source.ts';

/** The place of a key set, and the client for it. */
export interface KeySetLocation {
  /** The configured URL; undefined if the metadata name it. */
  readonly jwksUri: string | undefined;
  readonly metadata: Pick<MetadataSource, 'get' | 'reload'>;
  readonly documents: Pick<DocumentClient, 'request'>;
}

/**
 * Requests a key set. If its URL from cached metadata is gone, reloads the metadata once and follows them.
 *
 * @throws UnavailableError with ERR_KEY_SET_UNAVAILABLE or ERR_KEY_SET_INVALID, or with an error of the metadata.
 */
export async function requestKeySet(
  { jwksUri, metadata, documents }: KeySetLocation,
  cached: StoredDocument | undefined,
  signal: AbortSignal,
): Promise<LocatedDocument> {
  const request = (url: string): Promise<LocatedDocument> => documents.request(url, cached, signal);
  const named = jwksUri === undefined ? metadata.get() : { jwksUri };
  const url = (await named).jwksUri;
  try {
    return await request(url);
  } catch (error) {
    const mayHaveMoved = isGone(error) && jwksUri === undefined && !(named instanceof Promise);
    const next = mayHaveMoved ? (await metadata.reload()).jwksUri : url;
    if (next === url) throw asKeySetError(error);
    return await request(next).catch((cause: unknown) => {
      throw asKeySetError(cause);
    });
  }
}

// RFC 9110, sections 15.5.5 and 15.5.11.
function isGone(error: unknown): boolean {
  return error instanceof DocumentError && (error.status === 404 || error.status === 410);
}

function asKeySetError(cause: unknown): UnavailableError {
  const code = codeOfKeySetFault(cause instanceof DocumentError ? cause.fault : undefined);
  return documentUnavailable(code, 'The key set of the issuer cannot be fetched', cause);
}

/** The error code for a key set that could not be fetched. */
export function codeOfKeySetFault(fault: DocumentFault | undefined): 'ERR_KEY_SET_INVALID' | 'ERR_KEY_SET_UNAVAILABLE' {
  const isBadDocument = fault === 'json' || fault === 'content-coding' || fault === 'size';
  return isBadDocument ? 'ERR_KEY_SET_INVALID' : 'ERR_KEY_SET_UNAVAILABLE';
}
