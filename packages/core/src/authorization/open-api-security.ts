import type { Requirements } from './requirements.ts';
import { resolveRequirements } from './resolve-requirements.ts';

/** The `security` of an OpenAPI operation: alternatives, each of which names a security scheme and its scopes. */
export type OpenApiSecurity = readonly Readonly<Record<string, readonly string[]>>[];

/**
 * Describes the requirements of a route as an OpenAPI security requirement. OpenAPI can express scopes and `optional`;
 * roles, permissions, groups and `claims` are left out.
 *
 * @param scheme - The name of the security scheme in the OpenAPI document.
 * @throws ConfigurationError if a member of the requirements is unknown, undefined, empty or of the wrong type.
 *
 * @example
 * ```ts
 * import { openApiSecurity } from '@verifier/core';
 *
 * const operation = { security: openApiSecurity({ scope: 'read:orders' }, 'oidc') };
 * console.log(operation); // { security: [{ oidc: ['read:orders'] }] }
 * ```
 */
export function openApiSecurity(requirements: Requirements, scheme: string): OpenApiSecurity {
  const { required, optional } = resolveRequirements(requirements, 'openApiSecurity');
  const scopes = required.filter(({ kind }) => kind === 'scope');
  const always = scopes.find(({ isAny }) => !isAny)?.names ?? [];
  const choices = scopes.find(({ isAny }) => isAny)?.names.map((name) => [...new Set([...always, name])]) ?? [always];
  const alternatives = choices.map((names) => ({ [scheme]: [...names] }));
  return optional === true ? [...alternatives, {}] : alternatives;
}
