import { ConfigurationError, copyOptions, type Guard } from '@verifier/core';
import type { Context } from 'hono';
import { structuralKey } from './structural-key.ts';

// Per middleware, of each of both kinds.
const maxGuards = 100;

/** A guard, on loan to one request. */
export interface GuardLease {
  readonly guard: Guard;
  /** Call it when the guard has verified a token. */
  verified(): void;
  /** Call it when the request has ended. */
  end(): void;
}

interface CachedGuard {
  readonly key: string;
  readonly guard: Guard;
  requests: number;
  isEvicted: boolean;
}

/**
 * The guards of one middleware whose options come from a function. Equal options give the same guard, so that nothing is
 * fetched or validated twice. The least recently used guard is evicted, and closed when its last request has ended.
 *
 * A client may choose the options, by a host name for example. Guards that never verified a token therefore have places
 * of their own, and evict none of the others.
 */
export class GuardCache<TOptions extends object> {
  readonly #confirmed: Map<string, CachedGuard> = new Map();
  readonly #unconfirmed: Map<string, CachedGuard> = new Map();
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
   * Leases the guard for the options of a request.
   *
   * @throws ConfigurationError if the function throws, or does not return valid options.
   */
  lease(c: Context): GuardLease {
    const cached = this.#cachedFor(copyOptions(readOptions(this.#optionsFor, c)));
    cached.requests += 1;
    return { guard: cached.guard, verified: () => this.#confirm(cached), end: () => endRequest(cached) };
  }

  #cachedFor(options: TOptions): CachedGuard {
    const key = structuralKey(options);
    const confirmed = this.#confirmed.get(key);
    if (confirmed !== undefined) return addLast(this.#confirmed, confirmed);
    const cached = this.#unconfirmed.get(key) ?? {
      key,
      guard: this.#create(options),
      requests: 0,
      isEvicted: false,
    };
    return addLast(this.#unconfirmed, cached);
  }

  #confirm(cached: CachedGuard): void {
    const { key } = cached;
    // Confirmed before, or evicted and created again in the meantime.
    if (this.#confirmed.has(key)) return;
    if (cached.isEvicted && this.#unconfirmed.has(key)) return;
    this.#unconfirmed.delete(key);
    cached.isEvicted = false;
    addLast(this.#confirmed, cached);
  }
}

// A map iterates in the order of insertion: the first entry is the least recently used one.
function addLast(guards: Map<string, CachedGuard>, cached: CachedGuard): CachedGuard {
  guards.delete(cached.key);
  guards.set(cached.key, cached);
  const [first] = guards.values();
  if (guards.size > maxGuards && first !== undefined) {
    guards.delete(first.key);
    first.isEvicted = true;
    closeIfUnused(first);
  }
  return cached;
}

function endRequest(cached: CachedGuard): void {
  cached.requests -= 1;
  closeIfUnused(cached);
}

function closeIfUnused({ guard, requests, isEvicted }: CachedGuard): void {
  if (isEvicted && requests === 0) guard.close().catch(() => undefined);
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
