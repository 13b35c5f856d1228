import { type AnyAuthError, ConfigurationError, CredentialsMissingError, ScopeError } from '../errors.ts';
import type { Claims, VerifiedToken } from '../token/verified-token.ts';

/**
 * What one route demands beyond a valid token. Every member that is given must be met. Names are compared whole and
 * exactly: `read` is not met by `read:all`.
 */
export interface Requirements {
  /** All of these scopes: an array, or one string with spaces between them. */
  readonly scope?: string | readonly string[];
  /** At least one of these scopes. */
  readonly anyScope?: readonly string[];
  /** This role, or all of these. */
  readonly role?: string | readonly string[];
  /** At least one of these roles. */
  readonly anyRole?: readonly string[];
  /** This permission, or all of these. */
  readonly permission?: string | readonly string[];
  /** At least one of these permissions. */
  readonly anyPermission?: readonly string[];
  /** This group, or all of these. */
  readonly group?: string | readonly string[];
  /** At least one of these groups. */
  readonly anyGroup?: readonly string[];
  /** A decision of your own over the verified claims; anything but `true` refuses with 403. */
  readonly claims?: (claims: Claims) => boolean;
  /** Whether a request without credentials passes as anonymous; overrides the verifier's own setting. */
  readonly optional?: boolean;
}

type Lists = Pick<VerifiedToken, 'scopes' | 'roles' | 'permissions' | 'groups'>;

interface Demand {
  readonly all: 'scope' | 'role' | 'permission' | 'group';
  readonly any: 'anyScope' | 'anyRole' | 'anyPermission' | 'anyGroup';
  readonly held: keyof Lists;
}

const demands: readonly Demand[] = [
  { all: 'scope', any: 'anyScope', held: 'scopes' },
  { all: 'role', any: 'anyRole', held: 'roles' },
  { all: 'permission', any: 'anyPermission', held: 'permissions' },
  { all: 'group', any: 'anyGroup', held: 'groups' },
];

/** What a route demands that demands nothing: known by identity, so that nothing is asked of each request. */
export const noRequirements: Requirements = Object.freeze({});

const names = [...demands.flatMap(({ all, any }) => [all, any]), 'claims', 'optional'];

// RFC 6749, section 3.3: scope-token.
const scopeSyntax = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

/**
 * Checks the requirements of a route when it is set up, and makes them ready for its requests.
 *
 * @param guard - What the route calls it, for the error.
 * @throws ConfigurationError where nothing is demanded, or something that no token can meet.
 *
 * @example
 * ```ts
 * import { accessRequirement, createGuard, type VerifiedToken } from '@verifier/core';
 *
 * const guard = createGuard({ issuer: 'https://login.example.com', audience: 'https://api.example.com' });
 * const requirements = accessRequirement({ scope: 'orders:write', role: 'editor' });
 *
 * export function isAllowed(auth: VerifiedToken | null): boolean {
 *   return guard.authorize(auth, requirements) === undefined;
 * }
 * ```
 */
export function accessRequirement(requirements: Requirements, guard = 'requireAccess'): Requirements {
  if (typeof requirements !== 'object' || requirements === null) {
    throw new ConfigurationError(`${guard} takes an object, such as { scope: 'read:orders' }`);
  }
  const unknown = Object.keys(requirements).find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw new ConfigurationError(`${guard} knows no ${unknown}: there are ${names.join(', ')}`);
  const { claims, optional } = requirements;
  if (claims !== undefined && typeof claims !== 'function') {
    throw new ConfigurationError(
      `${guard} takes claims as a function of the claims that returns true to let them pass`,
    );
  }
  const lists = demands.flatMap((demand) => legalLists(requirements, demand, guard));
  if (lists.length === 0 && claims === undefined && optional === undefined) {
    throw new ConfigurationError(`${guard} demands nothing: give it a scope, such as { scope: 'read:orders' }`);
  }
  return Object.freeze({ ...requirements, ...Object.fromEntries(lists) });
}

/**
 * The requirement of every one of some scopes, checked when the route is set up.
 *
 * @throws ConfigurationError where there is none, or one that no token can carry.
 *
 * @example
 * ```ts
 * import { createGuard, scopeRequirement, type VerifiedToken } from '@verifier/core';
 *
 * const guard = createGuard({ issuer: 'https://login.example.com', audience: 'https://api.example.com' });
 * const requirements = scopeRequirement('orders:read', 'orders:write');
 *
 * export function isAllowed(auth: VerifiedToken | null): boolean {
 *   return guard.authorize(auth, requirements) === undefined;
 * }
 * ```
 */
export function scopeRequirement(...scopes: readonly (string | readonly string[])[]): Requirements {
  return accessRequirement({ scope: scopes.flat() }, 'requireScope');
}

/**
 * The requirement of at least one of some scopes, checked when the route is set up.
 *
 * @throws ConfigurationError where there is none, or one that no token can carry.
 *
 * @example
 * ```ts
 * import { anyScopeRequirement, createGuard, type VerifiedToken } from '@verifier/core';
 *
 * const guard = createGuard({ issuer: 'https://login.example.com', audience: 'https://api.example.com' });
 * const requirements = anyScopeRequirement('orders:read', 'orders:admin');
 *
 * export function isAllowed(auth: VerifiedToken | null): boolean {
 *   return guard.authorize(auth, requirements) === undefined;
 * }
 * ```
 */
export function anyScopeRequirement(...scopes: readonly (string | readonly string[])[]): Requirements {
  return accessRequirement({ anyScope: scopes.flat() }, 'requireAnyScope');
}

/**
 * The requirement that the verified claims satisfy a predicate.
 *
 * @throws ConfigurationError where it is not a function.
 *
 * @example
 * ```ts
 * import { claimsRequirement, createGuard, type VerifiedToken } from '@verifier/core';
 *
 * const guard = createGuard({ issuer: 'https://login.example.com', audience: 'https://api.example.com' });
 * const requirements = claimsRequirement(({ tenant }) => tenant === 'acme');
 *
 * export function isAllowed(auth: VerifiedToken | null): boolean {
 *   return guard.authorize(auth, requirements) === undefined;
 * }
 * ```
 */
export function claimsRequirement(predicate: (claims: Claims) => boolean): Requirements {
  if (typeof predicate === 'function') return Object.freeze({ claims: predicate });
  throw new ConfigurationError('requireClaims takes a function of the claims that returns true to let them pass');
}

/**
 * Whether a request without credentials passes. What holds by default does not hold where the route demands something:
 * an anonymous request never meets a demand, unless the route itself says `optional`.
 */
export function admitsAnonymous({ optional, ...demanded }: Requirements, byDefault: boolean): boolean {
  if (optional !== undefined) return optional === true;
  return byDefault && Object.values(demanded).every((demand) => demand === undefined);
}

/**
 * Judges a verified token, or none, against what a route demands.
 *
 * @returns Why the request is to be refused; undefined where it may pass.
 */
export function checkRequirements(auth: VerifiedToken | null, requirements: Requirements): AnyAuthError | undefined {
  if (auth === null) return requirements.optional === true ? undefined : new CredentialsMissingError();
  if (requirements === noRequirements) return undefined;
  for (const demand of demands) {
    const refusal = checkDemand(auth, requirements, demand);
    if (refusal !== undefined) return refusal;
  }
  const { claims } = requirements;
  if (claims === undefined || claims(auth.claims) === true) return undefined;
  return new ScopeError('ERR_CLAIMS_INSUFFICIENT', 'The claims of the token do not meet what this route demands');
}

function checkDemand(auth: Lists, requirements: Requirements, { all, any, held }: Demand): ScopeError | undefined {
  const needed = requirements[all];
  const choice = requirements[any];
  if (needed !== undefined) {
    const list = listed(needed, all);
    if (!list.every((name) => auth[held].includes(name))) return lacking(list, all);
  }
  return choice === undefined || choice.some((name) => auth[held].includes(name)) ? undefined : lacking(choice, all);
}

function lacking(wanted: readonly string[], kind: Demand['all']): ScopeError {
  if (kind !== 'scope') {
    return new ScopeError('ERR_CLAIMS_INSUFFICIENT', `The token lacks a ${kind} that this route demands`);
  }
  return new ScopeError('ERR_SCOPE_INSUFFICIENT', 'The token lacks a scope that this route demands', wanted);
}

// Only scopes never hold a space; a role may.
function listed(value: string | readonly string[], kind: Demand['all']): readonly string[] {
  if (typeof value !== 'string') return value;
  return kind === 'scope' ? value.split(' ') : [value];
}

function legalLists(requirements: Requirements, { all, any }: Demand, guard: string): [string, readonly string[]][] {
  return [all, any].flatMap((member) => {
    const value = requirements[member];
    return value === undefined ? [] : [[member, legalList(value, all, guard)] as [string, readonly string[]]];
  });
}

function legalList(value: unknown, kind: Demand['all'], guard: string): readonly string[] {
  const entries: readonly unknown[] = Array.isArray(value) ? value : [value];
  const list = entries.flatMap((entry): readonly unknown[] =>
    typeof entry === 'string' ? listed(entry, kind) : [entry],
  );
  if (list.length === 0) throw new ConfigurationError(`${guard} needs at least one ${kind}, such as 'read:orders'`);
  return Object.freeze([...new Set(list.map((name) => legalName(name, kind, guard)))]);
}

function legalName(name: unknown, kind: Demand['all'], guard: string): string {
  const isLegal = typeof name === 'string' && (kind === 'scope' ? scopeSyntax.test(name) : name !== '');
  if (isLegal) return name;
  const shown = typeof name === 'string' ? JSON.stringify(name) : `a value of type ${typeof name}`;
  throw new ConfigurationError(`${guard} was given ${shown}, which is not a ${kind} that a token can have`);
}
