import type { ResolvedDpop } from './dpop-options.ts';
import { oktaOrgServerFault } from './okta-hosts.ts';
import type { ResolvedIssuer } from './resolve-issuer.ts';
import type { ResolvedHttp, ResolvedResource } from './resolve-options.ts';
import { hasSlashAtOrigin } from './resource-options.ts';

/** A setting that is allowed but that the operator should know of. */
export interface ConfigurationWarning {
  readonly code: string;
  readonly message: string;
}

/** Returns the warnings about the configuration of an issuer. */
export function configurationWarnings(
  { issuer, jwks }: ResolvedIssuer,
  { dangerouslyAllowInsecure }: ResolvedHttp,
): readonly ConfigurationWarning[] {
  const warnings: ConfigurationWarning[] = [];
  const fault = jwks === undefined ? oktaOrgServerFault(issuer) : undefined;
  if (fault !== undefined) warnings.push({ code: 'VERIFIER_OKTA_ORG_SERVER', message: `${issuer} ${fault}` });
  if (dangerouslyAllowInsecure.length > 0) {
    const message = `http.dangerouslyAllowInsecure lets keys be fetched without TLS from ${dangerouslyAllowInsecure.join(', ')}: an attacker who controls that network can sign tokens`;
    warnings.push({ code: 'VERIFIER_INSECURE', message });
  }
  return warnings;
}

/** Returns the warnings about the option `dpop`. */
export function dpopWarnings(dpop: ResolvedDpop | undefined): readonly ConfigurationWarning[] {
  if (dpop?.replay !== false) return [];
  const message =
    'dpop.replay is false: a DPoP proof is accepted as often as it is sent, and an attacker who captures a request can repeat it. Leave it out, or name a store';
  return [{ code: 'VERIFIER_DPOP_REPLAY', message }];
}

/** Returns the warnings about the option `resource`. */
export function resourceWarnings(resource: ResolvedResource | undefined): readonly ConfigurationWarning[] {
  if (resource === undefined || !hasSlashAtOrigin(resource.url)) return [];
  const message = `resource.url ${resource.url} ends in a slash, which many clients leave out: the identifier is compared as text. Remove the slash, unless your clients are registered with it`;
  return [{ code: 'VERIFIER_RESOURCE_SLASH', message }];
}
