import type { Requirements } from '../requirements.ts';
import { resolveRequirements } from './resolve-requirements.ts';
import type { PolicyTable } from './resolved-requirements.ts';

/**
 * All scopes that a route names, in the order in which they are required.
 *
 * @throws ConfigurationError if the requirements are wrong.
 */
export function routeScopes(requirements: Requirements | undefined, policies: PolicyTable): readonly string[] {
  const { required } = resolveRequirements(requirements, 'challenge', policies);
  const names = required.filter(({ kind }) => kind === 'scope').flatMap((each) => each.names);
  return [...new Set(names)];
}
