const oktaDomains = [
  'okta.com',
  'oktapreview.com',
  'okta-emea.com',
  'okta-gov.com',
  'okta.mil',
  'okta-miltest.com',
  'trex-govcloud.com',
];

/** Whether a host belongs to Okta itself. Custom domains do not, and nothing is assumed of them. */
function isOktaHost({ hostname }: URL): boolean {
  return oktaDomains.some((domain) => hostname.endsWith(`.${domain}`));
}

/** Why an issuer on an Okta host cannot be one, in words that can follow its name. */
export function oktaIssuerFault(url: URL): string | undefined {
  if (/\.okta(?:preview)?\.com\.com$/.test(url.hostname)) return 'ends in ".com" twice';
  if (!isOktaHost(url)) return undefined;
  if (/-admin\./.test(url.hostname)) return 'is the address of the admin console: write it without "-admin"';
  if (url.hostname.includes('.okta.com.')) return 'names its domain twice';
  if (url.pathname.length > 1 && url.pathname.endsWith('/')) return 'ends in a slash: Okta names it without';
  return undefined;
}

/**
 * Whether an issuer is an Okta org authorization server. Its access tokens are for Okta's own APIs; their format is not
 * documented and their keys are not for anybody else.
 */
export function isOktaOrgServer(url: URL): boolean {
  return isOktaHost(url) && !url.pathname.startsWith('/oauth2/');
}
