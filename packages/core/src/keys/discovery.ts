import { UnavailableError } from '../errors.ts';
import { DocumentError } from '../http/document-error.ts';
import { insecureUrlsFor, urlFault } from '../http/secure-url.ts';
import { IssuerMismatchError } from './issuer-mismatch-error.ts';

/** The members of an issuer's metadata that are used. */
export interface IssuerMetadata {
  readonly jwksUri: string;
}

/**
 * The URLs at which an issuer may publish its metadata: OpenID Connect Discovery 1.0, section 4, appends the well-known
 * path to the issuer; RFC 8414, section 3.1, inserts it before the issuer's path.
 */
export function metadataUrls(issuer: string): readonly [openid: string, oauth: string] {
  const { origin, pathname } = new URL(issuer);
  const path = pathname.replace(/\/$/, '');
  return [
    `${origin}${path}/.well-known/openid-configuration`,
    `${origin}/.well-known/oauth-authorization-server${path}`,
  ];
}

/** Whether an error means that the metadata may be at the other URL. */
export function isElsewhere(error: unknown): boolean {
  return (
    error instanceof DocumentError &&
    error.status !== undefined &&
    error.status >= 400 &&
    error.status < 500 &&
    error.status !== 429
  );
}

/**
 * Parses an issuer's metadata. Their `issuer` must equal the configured one, character by character (RFC 8414, section
 * 3.3).
 *
 * @throws UnavailableError with ERR_DISCOVERY_ISSUER_MISMATCH or ERR_DISCOVERY_FAILED.
 */
export function parseMetadata(json: unknown, issuer: string, insecureOrigins: readonly string[]): IssuerMetadata {
  const { issuer: named, jwks_uri: jwksUri } = (json ?? {}) as { issuer?: unknown; jwks_uri?: unknown };
  if (named !== issuer) {
    const cause = new IssuerMismatchError(typeof named === 'string' ? named.slice(0, 200) : '');
    throw new UnavailableError('ERR_DISCOVERY_ISSUER_MISMATCH', 'The metadata names another issuer', { cause });
  }
  const insecure = insecureUrlsFor(issuer, insecureOrigins);
  const fault = typeof jwksUri === 'string' ? urlFault(jwksUri, insecure) : 'is missing';
  if (fault !== undefined) throw new UnavailableError('ERR_DISCOVERY_FAILED', `The jwks_uri in the metadata ${fault}`);
  return { jwksUri: jwksUri as string };
}
