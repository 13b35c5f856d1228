const oktaDomains = [
  'okta.com',
  'oktapreview.com',
  'okta-emea.com',
  'okta-gov.com',
  'okta.mil',
  'okta-miltest.com',
  'trex-govcloud.com',
];

/** Whether a host is in a domain of Okta. Nothing is assumed of custom domains. */
function isOktaHost({ hostname }: URL): boolean {
  return oktaDomains.some((domain) => hostname.endsWith(`.${domain}`));
}

/** Returns why a URL cannot be an Okta issuer, as a predicate for its name; undefined if it can, or is not on an Okta host. */
export function oktaIssuerFault(url: URL): string | undefined {
  if (/\.okta(?:preview)?\.com\.com$/.test(url.hostname)) return 'ends in ".com" twice';
  if (!isOktaHost(url)) return undefined;
  if (/-admin\./.test(url.hostname)) return 'is the address of the admin console: remove "-admin"';
  if (url.hostname.includes('.okta.com.')) return 'names its domain twice';
  if (url.pathname.length > 1 && url.pathname.endsWith('/')) return 'ends in a slash: the issuer of Okta does not';
  return undefined;
}

/**
 * Whether an issuer is an Okta org authorization server. Its access tokens are for Okta's own APIs: their format is
 * undocumented, and only Okta can verify them.
 */
function isOktaOrgServer(url: URL): boolean {
  return isOktaHost(url) && !url.pathname.startsWith('/oauth2/');
}

/** Returns why an issuer cannot be verified, as a predicate for its name, if it is an Okta org authorization server. */
export function oktaOrgServerFault(issuer: unknown): string | undefined {
  if (typeof issuer !== 'string' || !URL.canParse(issuer) || !isOktaOrgServer(new URL(issuer))) return undefined;
  return `is an Okta org authorization server. Only Okta can verify its access tokens: use a custom authorization server, such as ${issuer.replace(/\/$/, '')}/oauth2/default`;
}
