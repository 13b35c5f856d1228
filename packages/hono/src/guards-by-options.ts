import { ConfigurationError, type Guard } from '@verifier/core';
import type { Context } from 'hono';
import { contentKey } from './content-key.ts';

/** How many guards one middleware keeps; beyond that, the one that was not used for longest is closed. */
const maxGuards = 100;

/**
 * Finds the guard of a request whose options come from a function. The same content gives the same guard, so that
 * nothing is fetched, nor any option checked, twice.
 *
 * @param choose - The application's function.
 * @param create - Makes a guard; throws a ConfigurationError where the options cannot work.
 * @returns Throws a ConfigurationError where the function throws, or returns what are no options.
 */
export function guardsByOptions<TOptions extends object>(
  choose: (c: Context) => TOptions,
  create: (options: TOptions) => Guard,
): (c: Context) => Guard {
  const guards = new Map<string, Guard>();
  return (c) => {
    const options = chosenOptions(choose, c);
    const key = contentKey(options);
    const guard = guards.get(key) ?? create(options);
    // The order of a map is that of its insertions: the first is the one that was not used for longest.
    guards.delete(key);
    guards.set(key, guard);
    if (guards.size > maxGuards) dropFirst(guards);
    return guard;
  };
}

function dropFirst(guards: Map<string, Guard>): void {
  const [first] = guards;
  if (first === undefined) return;
  const [key, guard] = first;
  guards.delete(key);
  void guard.close();
}

function chosenOptions<TOptions extends object>(choose: (c: Context) => TOptions, c: Context): TOptions {
  let options: unknown;
  try {
    options = choose(c);
  } catch (cause) {
    throw new ConfigurationError(
      'The options function threw; it has to return options such as { issuer: c.env.ISSUER, audience: c.env.AUDIENCE }',
      { cause },
    );
  }
  if (isOptions(options)) return options as TOptions;
  throw new ConfigurationError(
    `The options function returned ${nameOf(options)}; it has to return options such as { issuer, audience }, at once`,
  );
}

function isOptions(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !('then' in value);
}

function nameOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'a promise' : `a ${typeof value}`;
}
