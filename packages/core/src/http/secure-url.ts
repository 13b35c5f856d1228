/** What makes a URL acceptable that does not use TLS. */
export interface InsecureUrls {
  /** Whether loopback needs no TLS. */
  readonly allowLoopback: boolean;
  /** Origins that were allowed by name. */
  readonly origins: readonly string[];
}

/** Two of the reasons of {@link urlFault}, for who has more to say of them. */
export const notAbsolute = 'must be an absolute URL';
export const notSecure = 'must use https';

/**
 * Why a URL must not be fetched, in words that can follow its name; undefined where it may be. https only (RFC 8414,
 * section 6), but for loopback and for the origins that the configuration lists.
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

/** Whether a URL stays on this machine (RFC 6890; RFC 6761, section 6.3). */
export function isLoopback(url: URL): boolean {
  const { hostname } = url;
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    /^127(?:\.\d{1,3}){3}$/.test(hostname)
  );
}

/** An issuer on loopback may name a key set on loopback; one elsewhere may not send us into this machine. */
export function insecureUrlsFor(issuer: string, origins: readonly string[]): InsecureUrls {
  return { allowLoopback: isLoopback(new URL(issuer)), origins };
}
