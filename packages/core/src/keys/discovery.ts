import { UnavailableError } from '../errors.ts';
import { DocumentError } from '../http/document-error.ts';
import { readableUrl } from '../http/readable-url.ts';
import { type InsecureUrls, notSecure, urlFault } from '../http/secure-url.ts';
import { IssuerMismatchError } from './issuer-mismatch-error.ts';

/** The members of an issuer's metadata that are used. */
export interface IssuerMetadata {
  readonly jwksUri: string;
}

/**
 * The URLs at which an issuer may publish its metadata, the most common one first: OpenID Connect Discovery 1.0, section
 * 4, appends the well-known path to the issuer; RFC 8414, section 3.1, inserts it before the issuer's path. Servers
 * combine both names with both places (RFC 8414, section 5).
 */
export function metadataUrls(issuer: string): readonly string[] {
  const { origin, pathname } = new URL(issuer);
  const path = pathname.replace(/\/$/, '');
  const [openid, oauth] = ['/.well-known/openid-configuration', '/.well-known/oauth-authorization-server'];
  const urls = [
    `${origin}${path}${openid}`,
    `${origin}${oauth}${path}`,
    `${origin}${path}${oauth}`,
    `${origin}${openid}${path}`,
  ];
  return [...new Set(urls)];
}

/**
 * Whether an error means that the metadata may be at another URL: the server answered, but not with a document. It is
 * not asked again if it asks for a pause.
 */
export function isElsewhere(error: unknown): boolean {
  if (!(error instanceof DocumentError) || error.status === 429) return false;
  return ['status', 'content-type', 'content-coding', 'decoding', 'size', 'json'].includes(error.fault);
}

/** Whether the server failed. A fallback may then answer at its other URLs. */
export function isServerError(error: unknown): boolean {
  return error instanceof DocumentError && error.fault === 'status' && (error.status ?? 0) >= 500;
}

/** Whether metadata name an issuer, character by character (RFC 8414, section 3.3). */
export function namesIssuer(json: unknown, issuer: string): boolean {
  return ((json ?? {}) as { issuer?: unknown }).issuer === issuer;
}

/** Selects the error to report if there are no metadata at any URL; the first of equals. */
export function mostTelling(errors: readonly unknown[]): unknown {
  return errors.toSorted((left, right) => rankOf(right) - rankOf(left))[0];
}

// A server that fails says more than a page, a page more than a refusal, and a missing document says nothing.
function rankOf(error: unknown): number {
  if (!(error instanceof DocumentError) || !isElsewhere(error)) return 4;
  if (error.fault !== 'status') return 2;
  // Of two, the one that says when to come back.
  if (isServerError(error)) return error.retryAfter === undefined ? 3 : 3.5;
  return error.status === 404 || error.status === 410 ? 0 : 1;
}

/**
 * Parses an issuer's metadata. Their `issuer` must equal the configured one.
 *
 * @param insecure - The URLs without TLS that the metadata may refer to.
 * @param url - The place of the metadata, for messages.
 * @throws UnavailableError with ERR_DISCOVERY_ISSUER_MISMATCH or ERR_DISCOVERY_FAILED.
 */
export function parseMetadata(json: unknown, issuer: string, insecure: InsecureUrls, url: string): IssuerMetadata {
  const { issuer: named, jwks_uri: jwksUri } = (json ?? {}) as { issuer?: unknown; jwks_uri?: unknown };
  if (!namesIssuer(json, issuer)) {
    const cause = new IssuerMismatchError(typeof named === 'string' ? named.slice(0, 200) : '');
    throw new UnavailableError(
      'ERR_DISCOVERY_ISSUER_MISMATCH',
      `The metadata at ${readableUrl(url)} name another issuer`,
      { cause },
    );
  }
  const reason = typeof jwksUri === 'string' ? urlFault(jwksUri, insecure) : 'is missing';
  const fault =
    reason === notSecure
      ? `${notSecure}: add its origin to http.dangerouslyAllowInsecure if you trust its network`
      : reason;
  if (fault !== undefined) {
    const message = `The jwks_uri in the metadata at ${readableUrl(url)} ${fault}`;
    throw new UnavailableError('ERR_DISCOVERY_FAILED', message);
  }
  return { jwksUri: jwksUri as string };
}
