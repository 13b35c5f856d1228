import { ConfigurationError } from '../errors.ts';
import type { NameReader } from './claim-names.ts';

/** Returns the scopes that some scopes imply, directly or through others. */
export type ScopeClosure = (scopes: readonly string[]) => ReadonlySet<string>;

// A registered symbol: the guard and the verifier may be from two copies of this package.
const impliesScope: unique symbol = Symbol.for('@verifier/core/implies-scope');

interface Scopes extends ReadonlyArray<string> {
  readonly [impliesScope]?: (name: string) => boolean;
}

// RFC 6749, section 3.3: scope-token.
const scopeSyntax = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

// A function that derives new names without end would otherwise never return.
const maxImplied = 1000;
const maxImpliedByEach = 10;

/** Whether a value is one scope that a token can carry. */
export function isScope(value: unknown): value is string {
  return typeof value === 'string' && scopeSyntax.test(value);
}

/**
 * Closes a scope hierarchy transitively.
 *
 * @param hierarchy - The scopes that each scope implies directly.
 * @param denyCycle - Returns the error for a cycle: its scopes in order, the first one again at the end.
 */
export function closeHierarchy(
  hierarchy: ReadonlyMap<string, readonly string[]>,
  denyCycle: (cycle: readonly string[]) => Error,
): ScopeClosure {
  const closed = new Map<string, ReadonlySet<string>>();
  const close = (name: string, path: readonly string[]): ReadonlySet<string> => {
    const known = closed.get(name);
    if (known !== undefined) return known;
    if (path.includes(name)) throw denyCycle([...path.slice(path.indexOf(name)), name]);
    const direct = hierarchy.get(name) ?? [];
    const all = new Set(direct.flatMap((implied) => [implied, ...close(implied, [...path, name])]));
    closed.set(name, all);
    return all;
  };
  for (const name of hierarchy.keys()) close(name, []);
  return (scopes) => new Set(scopes.flatMap((name) => [...(closed.get(name) ?? [])]));
}

/**
 * Closes the function of an application transitively, for one token at a time. A cycle ends at the scopes that are already
 * known.
 *
 * @returns A function that throws a ConfigurationError if the one of the application does not return scopes.
 */
export function closeFunction(implied: (scope: string) => readonly string[]): ScopeClosure {
  return (scopes) => {
    const limit = Math.max(maxImplied, maxImpliedByEach * scopes.length);
    const pending = [...scopes];
    const found = new Set<string>();
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      const added = parseImplied(implied(next)).filter((name) => !found.has(name));
      for (const name of added) found.add(name);
      pending.push(...added);
      if (found.size > limit) throw new ConfigurationError(`scopeImplies returned more than ${limit} scopes`);
    }
    return found;
  };
}

/** Adds what the scopes of a token imply to what is read of its claims. The list itself stays what the token says. */
export function readWithImplied(read: NameReader, close: ScopeClosure): NameReader {
  return (claims) => {
    const scopes = read(claims);
    const implied = close(scopes);
    if (implied.size === 0) return scopes;
    const marked = [...scopes];
    Object.defineProperty(marked, impliesScope, { value: Object.freeze((name: string) => implied.has(name)) });
    return Object.freeze(marked);
  };
}

/** Whether the scopes of a verified token contain a scope, or imply it. */
export function grantsScope(scopes: Scopes, name: string): boolean {
  if (scopes.includes(name)) return true;
  return Object.hasOwn(scopes, impliesScope) && scopes[impliesScope]?.(name) === true;
}

function parseImplied(names: unknown): readonly string[] {
  if (Array.isArray(names) && names.every(isScope)) return names;
  throw new ConfigurationError('scopeImplies must return an array of scopes, synchronously');
}
