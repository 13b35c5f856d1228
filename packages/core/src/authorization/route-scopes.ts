import type { Requirements } from './requirements.ts';
import { resolveRequirements } from './resolve-requirements.ts';

/**
 * All scopes that a route names, in the order in which they are required.
 *
 * @throws ConfigurationError if the requirements are wrong.
 */
export function routeScopes(requirements: Requirements | undefined): readonly string[] {
  const { required } = resolveRequirements(requirements, 'challenge');
  const names = required.filter(({ kind }) => kind === 'scope').flatMap((each) => each.names);
  return [...new Set(names)];
}
