import { accessRequirement, type Requirements } from '@verifier/core';

/**
 * What `config.auth` of a route says: `false` opens it, `true` asks for a valid token, and an object for what it holds, such
 * as `{ scope: 'read:orders' }` or `{ optional: true }`.
 */
export type RouteAuth = boolean | Demands[keyof Demands];

// At least one demand has to be there: Fastify infers the type of `config`, and would let a misspelled one pass.
type Demands = {
  [Name in keyof Requirements]-?: Requirements & { readonly [Only in Name]: NonNullable<Requirements[Name]> };
};

/** Turns `config.auth` into what the route demands; undefined where it is open. */
export type RouteAuthReader = (auth: RouteAuth | undefined) => Requirements | undefined;

/**
 * Makes the reader of a scope. Each object is checked once, when the route is set up.
 *
 * @param byDefault - What a route demands that says `true`.
 * @param isGlobal - Whether that also holds for a route that says nothing.
 */
export function createRouteAuthReader(byDefault: Requirements, isGlobal: boolean): RouteAuthReader {
  const checked = new WeakMap<object, Requirements>();
  const whereSilent = isGlobal ? byDefault : undefined;
  return (auth) => {
    if (auth === undefined) return whereSilent;
    if (typeof auth === 'boolean') return auth ? byDefault : undefined;
    const known = checked.get(auth);
    if (known !== undefined) return known;
    const requirements = accessRequirement(auth, 'config.auth');
    checked.set(auth, requirements);
    return requirements;
  };
}
