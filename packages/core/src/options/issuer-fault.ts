import { notAbsolute, notHttps, notSecure, secureHint, urlFault } from '../http/secure-url.ts';
import { hasControlCharacter, hasDotSegment, maxIssuerLength } from '../token/issuer-identifier.ts';
import { oktaIssuerFault, oktaOrgServerFault } from './okta-hosts.ts';

// Azure's clouds have hosts of their own.
const severalTenants =
  /^https:\/\/login\.(?:microsoftonline\.(?:com|us)|partner\.microsoftonline\.cn)\/(?:common|organizations|consumers)(?:\/|$)/i;
const otherwise = 'any other text needs jwksUri, metadataUri or jwks';

/**
 * The reason why a text cannot be an issuer, as a predicate for its name; undefined if it can. An issuer is a text that
 * is compared with `iss`; if its keys or its metadata are at a configured place, every text is possible.
 */
export function issuerTextFault(issuer: string): string | undefined {
  if (hasControlCharacter(issuer)) return 'contains a control character, such as a line end';
  if (severalTenants.test(issuer)) {
    return 'is the address for several tenants of Entra ID, and each token names its own tenant: write entra({ tenantId, clientId }), or a function as issuers';
  }
  return issuer.length > maxIssuerLength ? `is longer than ${maxIssuerLength} characters` : undefined;
}

/**
 * The reason why the metadata of an issuer cannot be discovered, as a predicate for its name; undefined if they can.
 * Their URL is derived from the issuer, so that it must be a URL without a second reading.
 */
export function discoveryFault(issuer: string, insecureOrigins: readonly string[]): string | undefined {
  return spellingFault(issuer) ?? locationFault(issuer, insecureOrigins) ?? oktaIssuerFault(new URL(issuer));
}

/** The reason why an issuer cannot be the one of an Okta custom authorization server; undefined if it can. */
export function oktaServerFault(issuer: string): string | undefined {
  const fault = spellingFault(issuer);
  if (fault !== undefined || !URL.canParse(issuer)) return fault;
  return oktaIssuerFault(new URL(issuer)) ?? oktaOrgServerFault(issuer);
}

function spellingFault(issuer: string): string | undefined {
  if (/[{}<>]|your[-_]?(?:okta[-_]?)?domain/i.test(issuer))
    return 'contains a placeholder: replace it with your domain';
  if (/^https?:\/\/https?:/i.test(issuer)) return 'has "https://" twice';
  if (/[\s\\]/.test(issuer)) return 'contains a space or a backslash';
  if (issuer.includes('/.well-known/')) {
    return 'is the address of its metadata: remove /.well-known/ and what follows, or write it as metadataUri';
  }
  if (/[?#]/.test(issuer)) return 'must have neither a query nor a fragment (RFC 8414, section 2)';
  return undefined;
}

function locationFault(issuer: string, origins: readonly string[]): string | undefined {
  const fault = urlFault(issuer, { allowLoopback: true, origins });
  if (fault === notSecure) {
    return `${secureHint(issuer)}; ${otherwise}`;
  }
  if (fault === notAbsolute) {
    return `must be an absolute URL, such as https://example.okta.com/oauth2/default; ${otherwise}`;
  }
  if (fault !== undefined) return fault === notHttps ? `${fault}; ${otherwise}` : fault;
  if (hasDotSegment(issuer)) return 'contains a dot segment (. or ..) in its path, possibly encoded';
  return pathOf(issuer) === new URL(issuer).pathname ? undefined : `is changed by URL parsing; ${otherwise}`;
}

// The host may be written in another way than a parser would: it always is the same one.
function pathOf(issuer: string): string | undefined {
  const path = /^https?:\/\/[^/]+(?<path>.*)$/i.exec(issuer)?.groups?.['path'];
  return path === '' ? '/' : path;
}
