/** The URLs that are acceptable without TLS. */
export interface InsecureUrls {
  /** Whether loopback is acceptable. */
  readonly allowLoopback: boolean;
  /** Origins that are allowed by name. */
  readonly origins: readonly string[];
}

/** Two of the reasons of {@link urlFault}, for callers that add an explanation. */
export const notAbsolute = 'must be an absolute URL';
export const notSecure = 'must use https';

/**
 * The reason why a URL must not be fetched, as a predicate that can follow its name; undefined if it may be fetched.
 * Requires https (RFC 8414, section 6), except for loopback and for the configured origins.
 */
export function urlFault(text: string, insecure: InsecureUrls): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined) return notAbsolute;
  if (url.username !== '' || url.password !== '') return 'contains credentials';
  if (url.protocol === 'https:') return undefined;
  if (url.protocol !== 'http:') return 'is not an https URL';
  if (insecure.allowLoopback && isLoopback(url)) return undefined;
  if (insecure.origins.includes(url.origin)) return undefined;
  return notSecure;
}

/** Whether a URL is on this machine (RFC 6890; RFC 6761, section 6.3). */
export function isLoopback(url: URL): boolean {
  const { hostname } = url;
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    /^127(?:\.\d{1,3}){3}$/.test(hostname)
  );
}

/** An issuer on loopback may refer to URLs on loopback; any other issuer must not (server-side request forgery). */
export function insecureUrlsFor(issuer: string, origins: readonly string[]): InsecureUrls {
  return { allowLoopback: isLoopback(new URL(issuer)), origins };
}
