import { ConfigurationError } from '../errors.ts';
import { copyOptions, isPlainObject } from '../lib/copy-options.ts';
import { didYouMean } from '../options/option-reader.ts';
import type { Requirements } from '../requirements.ts';
import { parseAuthentication } from './parse-authentication.ts';
import { parseNames } from './parse-names.ts';
import type {
  NameKind,
  ParsedRequirements,
  PolicyTable,
  RequiredAuthentication,
  RequiredNames,
  ResolvedRequirements,
} from './resolved-requirements.ts';

type NameMember = Exclude<keyof Requirements, 'authentication' | 'claims' | 'policy' | 'optional'>;

type NameMembers = readonly [member: NameMember, required: Omit<RequiredNames, 'names'>][];

// In the order in which a token is checked against them.
const nameMembers: NameMembers = [
  ['scope', { kind: 'scope', property: 'scopes', isAny: false }],
  ['anyScope', { kind: 'scope', property: 'scopes', isAny: true }],
  ['role', { kind: 'role', property: 'roles', isAny: false }],
  ['anyRole', { kind: 'role', property: 'roles', isAny: true }],
  ['permission', { kind: 'permission', property: 'permissions', isAny: false }],
  ['anyPermission', { kind: 'permission', property: 'permissions', isAny: true }],
  ['group', { kind: 'group', property: 'groups', isAny: false }],
  ['anyGroup', { kind: 'group', property: 'groups', isAny: true }],
];

const kinds: ReadonlyMap<string, NameKind> = new Map(nameMembers.map(([member, { kind }]) => [member, kind]));
const memberNames = [...kinds.keys(), 'authentication', 'claims', 'policy', 'optional'];

/** Empty requirements, compared by identity to skip all checks. */
export const noRequirements: ParsedRequirements = Object.freeze({
  required: Object.freeze([]),
  authentication: undefined,
  claims: undefined,
  isRequiring: false,
  policy: undefined,
  optional: undefined,
});

// By identity, so that requirements resolved at set-up cost a request one look-up.
const resolved: WeakMap<Requirements, ParsedRequirements> = new WeakMap();

// A caller that does not know the verifier must not ignore a policy.
const noPolicies: PolicyTable = {
  expand: ({ policy }) => {
    throw new ConfigurationError(`The policy ${JSON.stringify(policy)} is not known here: it belongs to a verifier`);
  },
};

/**
 * Validates requirements where they enter. Those that {@link resolveOnce} returned are not validated again.
 *
 * @param caller - The function that the application called, for the error.
 * @param policies - The policies of the verifier. Without them, requirements with a policy are an error.
 * @throws ConfigurationError if a member is unknown, undefined, empty or of the wrong type, or if the policy is unknown.
 */
export function resolveRequirements(
  requirements: Requirements | undefined,
  caller: string,
  policies: PolicyTable = noPolicies,
): ResolvedRequirements {
  if (requirements === undefined) return noRequirements;
  const parsed = resolved.get(requirements) ?? toResolved(parseMembers(requirements, caller));
  return parsed.policy === undefined ? parsed : policies.expand(parsed);
}

/**
 * Validates the requirements of a route at set-up.
 *
 * @param caller - The function that the application called, for the error.
 * @returns A frozen copy that {@link resolveRequirements} recognizes.
 * @throws ConfigurationError as {@link resolveRequirements} does, and if nothing is required.
 */
export function resolveOnce(requirements: Requirements, caller: string): Requirements {
  if (resolved.has(requirements)) return requirements;
  const members = parseMembers(requirements, caller);
  const parsed = toResolved(members);
  if (parsed === noRequirements) {
    throw new ConfigurationError(`${caller} requires nothing: give it a scope, such as { scope: 'read:orders' }`);
  }
  const copy: Requirements = Object.freeze(copyOptions(members));
  resolved.set(copy, parsed);
  return copy;
}

/** Requirements with valid members only, each name list an array. */
type ParsedMembers = Requirements & { readonly [Member in NameMember]?: readonly string[] } & {
  readonly authentication?: RequiredAuthentication;
};

function parseMembers(requirements: unknown, caller: string): ParsedMembers {
  // An instance, or an object that inherits its members, would require nothing without a warning.
  if (!isPlainObject(requirements)) {
    throw new ConfigurationError(`${caller} takes an object, such as { scope: 'read:orders' }`);
  }
  // Own members only, and no prototype: requirements must not depend on what another library adds to Object.prototype.
  const members: Record<string, unknown> = Object.create(null);
  for (const name of Reflect.ownKeys(requirements)) {
    const member = parseMemberName(name, caller);
    members[member] = parseMember(member, requirements[member], caller);
  }
  return members;
}

function parseMemberName(name: string | symbol, caller: string): string {
  if (typeof name === 'string' && memberNames.includes(name)) return name;
  const text = String(name);
  const shown = /^\w+$/.test(text) ? text : JSON.stringify(text);
  throw new ConfigurationError(`${caller} does not know the requirement ${shown}${didYouMean(text, memberNames)}`);
}

function parseMember(member: string, value: unknown, caller: string): unknown {
  if (value === undefined) {
    throw new ConfigurationError(`${caller} was given ${member} as undefined: leave out what is not required`);
  }
  const kind = kinds.get(member);
  if (kind !== undefined) return parseNames(value, kind, `${caller} was given ${member}`);
  if (member === 'authentication') return parseAuthentication(value, caller, 'authentication.');
  if (member === 'optional' && typeof value !== 'boolean') {
    throw new ConfigurationError(`${caller} takes optional as true or false`);
  }
  if (member === 'policy' && (typeof value !== 'string' || value === '')) {
    throw new ConfigurationError(`${caller} takes policy as the name of a policy, such as 'orders'`);
  }
  if (member === 'claims' && typeof value !== 'function') {
    throw new ConfigurationError(
      `${caller} takes claims as a function of the claims that returns true to grant access`,
    );
  }
  return value;
}

function toResolved(members: ParsedMembers): ParsedRequirements {
  const { authentication, claims, policy, optional } = members;
  const required: RequiredNames[] = [];
  for (const [member, rule] of nameMembers) {
    const names = members[member];
    if (names !== undefined) required.push({ kind: rule.kind, property: rule.property, isAny: rule.isAny, names });
  }
  const isRequiring =
    required.length > 0 || authentication !== undefined || claims !== undefined || policy !== undefined;
  if (!isRequiring && optional === undefined) return noRequirements;
  return { required, authentication, claims, policy, isRequiring, optional };
}
