/** The URLs that are acceptable without TLS. */
export interface InsecureUrls {
  /** Whether loopback is acceptable. */
  readonly allowLoopback: boolean;
  /** Origins that are allowed by name. */
  readonly origins: readonly string[];
}

/** Reasons of {@link urlFault}, for callers that add an explanation. */
export const notAbsolute = 'must be an absolute URL';
export const notSecure = 'must use https';
export const notHttps = 'is not an https URL';

/**
 * The reason why a URL must not be fetched, as a predicate that can follow its name; undefined if it may be fetched.
 * Requires https (RFC 8414, section 6), except for loopback and for the configured origins.
 */
export function urlFault(text: string, insecure: InsecureUrls): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined) return notAbsolute;
  if (url.username !== '' || url.password !== '') return 'contains credentials';
  if (url.protocol === 'https:') return undefined;
  if (url.protocol !== 'http:') return notHttps;
  if (insecure.allowLoopback && isLoopback(url)) return undefined;
  if (insecure.origins.includes(url.origin)) return undefined;
  return notSecure;
}

/** The reason {@link notSecure} with what to write to fetch a URL without TLS in a private network. */
export function secureHint(text: string): string {
  const { origin } = new URL(text);
  return `${notSecure}; http is for loopback, and for origins in http.dangerouslyAllowInsecure. For a host of compose, write http: { dangerouslyAllowInsecure: ['${origin}'] }`;
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

/**
 * The URLs that an issuer may refer to: on loopback only from there (server-side request forgery).
 *
 * @param source - The issuer, or the URL of its metadata; an issuer that is not a URL may refer to https URLs only.
 */
export function insecureUrlsFor(source: string, origins: readonly string[]): InsecureUrls {
  return { allowLoopback: URL.canParse(source) && isLoopback(new URL(source)), origins };
}
