import { ConfigurationError } from '../errors.ts';
import { isScope } from '../token/scope-hierarchy.ts';
import type { NameKind } from './resolved-requirements.ts';

/**
 * Parses a list of names, or one text, to a frozen list without duplicates.
 *
 * @param given - The beginning of an error: the function that the application called, and the member.
 * @throws ConfigurationError if there is no name, or one that no token can carry.
 */
export function parseNames(value: unknown, kind: NameKind, given: string): readonly string[] {
  if (isName(value, kind)) return Object.freeze([value]);
  const entries: readonly unknown[] = Array.isArray(value) ? [...value] : [value];
  if (entries.length === 0) throw new ConfigurationError(`${given} as an empty list: it takes at least one ${kind}`);
  const names = entries.flatMap((entry) => splitEntry(entry, kind)).map((name) => parseName(name, kind, given));
  return Object.freeze([...new Set(names)]);
}

// Only scopes cannot contain a space; a role can.
function splitEntry(entry: unknown, kind: NameKind): readonly unknown[] {
  return typeof entry === 'string' && kind === 'scope' ? entry.split(' ') : [entry];
}

function parseName(name: unknown, kind: NameKind, given: string): string {
  if (isName(name, kind)) return name;
  const shown = typeof name === 'string' ? JSON.stringify(name) : `a value of type ${typeof name}`;
  throw new ConfigurationError(`${given} with ${shown}, which is not a ${kind} that a token can carry`);
}

function isName(value: unknown, kind: NameKind): value is string {
  return kind === 'scope' ? isScope(value) : typeof value === 'string' && value !== '';
}
