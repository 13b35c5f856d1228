import { ConfigurationError, copyOptions, type Guard } from '@verifier/core';
import type { Context } from 'hono';
import { structuralKey } from './structural-key.ts';

// Per middleware; beyond that, the least recently used guard is closed.
const maxGuards = 100;

/**
 * The guards of one middleware whose options come from a function. Equal options give the same guard, so that nothing is
 * fetched or validated twice.
 */
export class GuardCache<TOptions extends object> {
  readonly #guards: Map<string, Guard> = new Map();
  readonly #optionsFor: (c: Context) => TOptions;
  readonly #create: (options: TOptions) => Guard;

  /**
   * @param optionsFor - The application's function.
   * @param create - Creates a guard; throws a ConfigurationError if the options are wrong.
   */
  constructor(optionsFor: (c: Context) => TOptions, create: (options: TOptions) => Guard) {
    this.#optionsFor = optionsFor;
    this.#create = create;
  }

  /**
   * Returns the guard for the options of a request.
   *
   * @throws ConfigurationError if the function throws, or does not return valid options.
   */
  guardFor(c: Context): Guard {
    const options = copyOptions(readOptions(this.#optionsFor, c));
    const key = structuralKey(options);
    const guard = this.#guards.get(key) ?? this.#create(options);
    // A map iterates in the order of insertion: the first entry is the least recently used one.
    this.#guards.delete(key);
    this.#guards.set(key, guard);
    if (this.#guards.size > maxGuards) this.#evictFirst();
    return guard;
  }

  #evictFirst(): void {
    const [first] = this.#guards;
    if (first === undefined) return;
    const [key, guard] = first;
    this.#guards.delete(key);
    void guard.close();
  }
}

function readOptions<TOptions extends object>(optionsFor: (c: Context) => TOptions, c: Context): TOptions {
  let options: unknown;
  try {
    options = optionsFor(c);
  } catch (cause) {
    throw new ConfigurationError(
      'The options function threw; it must return options such as { issuer: c.env.ISSUER, audience: c.env.AUDIENCE }',
      { cause },
    );
  }
  if (isOptions(options)) return options as TOptions;
  throw new ConfigurationError(
    `The options function returned ${nameOf(options)}; it must return options such as { issuer, audience } synchronously`,
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
