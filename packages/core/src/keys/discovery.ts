import { UnavailableError } from '../errors.ts';
import { DocumentError } from '../http/document-error.ts';
import { insecureUrlsFor, urlFault } from '../http/secure-url.ts';

/** What is read of an issuer's metadata. */
export interface IssuerMetadata {
  readonly jwksUri: string;
}

/**
 * Where an issuer's metadata may be: OpenID Connect Discovery 1.0, section 4, appends the well-known path to the issuer;
 * RFC 8414, section 3.1, puts it before the issuer's path.
 */
export function metadataUrls(issuer: string): readonly [openid: string, oauth: string] {
  const { origin, pathname } = new URL(issuer);
  const path = pathname.replace(/\/$/, '');
  return [
    `${origin}${path}/.well-known/openid-configuration`,
    `${origin}/.well-known/oauth-authorization-server${path}`,
  ];
}

/** Whether an answer means that the metadata may be at the other place. */
export function isElsewhere(error: unknown): boolean {
  return (
    error instanceof DocumentError &&
    error.status !== undefined &&
    error.status >= 400 &&
    error.status < 500 &&
    error.status !== 429
  );
}

/** Metadata that names another issuer than the one that was asked. */
export class IssuerMismatch extends Error {
  /** The issuer that the metadata names. */
  readonly named: string;

  constructor(named: string) {
    super('The metadata names another issuer');
    this.named = named;
  }
}

/**
 * Reads an issuer's metadata. The issuer in it must be the one that was asked, character by character, or nothing of
 * it may be used (RFC 8414, section 3.3).
 *
 * @throws UnavailableError with ERR_DISCOVERY_ISSUER_MISMATCH or ERR_DISCOVERY_FAILED.
 */
export function parseMetadata(json: unknown, issuer: string, insecureOrigins: readonly string[]): IssuerMetadata {
  const { issuer: named, jwks_uri: jwksUri } = (json ?? {}) as { issuer?: unknown; jwks_uri?: unknown };
  if (named !== issuer) {
    const cause = new IssuerMismatch(typeof named === 'string' ? named.slice(0, 200) : '');
    throw new UnavailableError('ERR_DISCOVERY_ISSUER_MISMATCH', 'The metadata names another issuer', { cause });
  }
  const insecure = insecureUrlsFor(issuer, insecureOrigins);
  const fault = typeof jwksUri === 'string' ? urlFault(jwksUri, insecure) : 'is missing';
  if (fault !== undefined) throw new UnavailableError('ERR_DISCOVERY_FAILED', `The jwks_uri in the metadata ${fault}`);
  return { jwksUri: jwksUri as string };
}
