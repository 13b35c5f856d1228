import { isOktaOrgServer } from './okta-hosts.ts';
import type { ResolvedIssuer } from './resolve-issuer.ts';
import type { ResolvedHttp } from './resolve-options.ts';

/** Something that is allowed, and that the operator should know of. */
export interface ConfigurationWarning {
  readonly code: string;
  readonly message: string;
}

/** What an operator should know of the way an issuer is configured. */
export function configurationWarnings(
  { issuer, jwks }: ResolvedIssuer,
  { insecureOrigins }: ResolvedHttp,
): readonly ConfigurationWarning[] {
  const warnings: ConfigurationWarning[] = [];
  if (isOktaOrgServer(new URL(issuer)) && jwks === undefined) {
    const message = `${issuer} is an Okta org authorization server. Only Okta can verify its access tokens: use a custom authorization server, such as ${issuer.replace(/\/$/, '')}/oauth2/default`;
    warnings.push({ code: 'VERIFIER_OKTA_ORG_SERVER', message });
  }
  if (insecureOrigins.length > 0) {
    const message = `http.dangerouslyAllowInsecure lets keys be fetched without TLS from ${insecureOrigins.join(', ')}: whoever controls that network can sign tokens`;
    warnings.push({ code: 'VERIFIER_INSECURE', message });
  }
  return warnings;
}
