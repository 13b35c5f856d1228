import { accessRequirement, type Requirements, type Verifier, validatePolicy } from '@verifier/core';

/**
 * The value of `config.auth` of a route: `false` makes it public, `true` requires a valid token, and an object requires
 * more, such as `{ scope: 'read:orders' }`, or less: `{ optional: true }`.
 */
export type RouteAuth = boolean | AnyRequirement[keyof AnyRequirement];

// At least one member must be present: Fastify infers the type of `config`, and would accept a misspelled one.
type AnyRequirement = {
  [Name in keyof Requirements]-?: Requirements & { readonly [Only in Name]: NonNullable<Requirements[Name]> };
};

/** Returns `config.auth` of a route, unless it comes from `Object.prototype`. */
export function readRouteAuth(config: { readonly auth?: RouteAuth } | undefined): RouteAuth | undefined {
  return config !== undefined && Object.hasOwn(config, 'auth') ? config.auth : undefined;
}

/** The meaning of `config.auth` for a route: public, requirements, or undefined if it requires only a token. */
export type RouteRule = 'public' | Requirements | undefined;

/** Reads `config.auth` of one scope. Each object is validated once, at set-up. */
export class RouteAuthReader {
  readonly #byDefault: Requirements | undefined;
  readonly #isGlobal: boolean;
  readonly #verifier: Verifier;
  readonly #resolved: WeakMap<object, Requirements> = new WeakMap();

  /**
   * @param byDefault - The requirements of a route with `auth: true`.
   * @param isGlobal - Whether a route without `auth` has the same requirements; otherwise it is public.
   * @param verifier - The verifier, which knows the policies.
   */
  constructor(byDefault: Requirements | undefined, isGlobal: boolean, verifier: Verifier) {
    this.#byDefault = byDefault;
    this.#isGlobal = isGlobal;
    this.#verifier = verifier;
  }

  /** @throws ConfigurationError if the requirements are wrong. */
  read(auth: RouteAuth | undefined): RouteRule {
    if (auth === undefined) return this.#isGlobal ? this.#byDefault : 'public';
    if (typeof auth === 'boolean') return auth ? this.#byDefault : 'public';
    return this.#requirementsOf(auth);
  }

  #requirementsOf(auth: Requirements): Requirements {
    const known = this.#resolved.get(auth);
    if (known !== undefined) return known;
    const requirements = accessRequirement(auth, 'config.auth');
    validatePolicy(requirements, this.#verifier);
    this.#resolved.set(auth, requirements);
    return requirements;
  }
}
