import type { Requirements } from '../requirements.ts';
import { policiesOf } from './policies.ts';
import { resolveRequirements } from './resolve-requirements.ts';
import type { PolicyTable, RequiredNames } from './resolved-requirements.ts';

const withoutPolicies: PolicyTable = { expand: (requirements) => requirements };

/** The `security` of an OpenAPI operation: alternatives, each of which names a security scheme and its scopes. */
export type OpenApiSecurity = readonly Readonly<Record<string, readonly string[]>>[];

/**
 * Describes the requirements of a route as an OpenAPI security requirement. OpenAPI can express scopes and `optional`;
 * roles, permissions, groups and `claims` are left out, and so is `policy` without the verifier.
 *
 * @param scheme - The name of the security scheme in the OpenAPI document.
 * @param verifier - The verifier whose policies the requirements name.
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
export function openApiSecurity(requirements: Requirements, scheme: string, verifier?: object): OpenApiSecurity {
  const policies = verifier === undefined ? withoutPolicies : policiesOf(verifier);
  const { required, optional } = resolveRequirements(requirements, 'openApiSecurity', policies);
  const scopes = required.filter(({ kind }) => kind === 'scope');
  const always = scopes.filter(({ isAny }) => !isAny).flatMap(({ names }) => names);
  const choices = scopes.filter(({ isAny }) => isAny).reduce(addChoice, [always]);
  const alternatives = choices.map((names) => ({ [scheme]: [...names] }));
  return optional === true ? [...alternatives, {}] : alternatives;
}

function addChoice(alternatives: readonly (readonly string[])[], { names }: RequiredNames): (readonly string[])[] {
  return alternatives.flatMap((scopes) => names.map((name) => [...new Set([...scopes, name])]));
}
