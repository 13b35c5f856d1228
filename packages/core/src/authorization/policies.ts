import { ConfigurationError } from '../errors.ts';
import { didYouMean } from '../options/option-reader.ts';
import type { Requirements } from '../requirements.ts';
import { resolveOnce, resolveRequirements } from './resolve-requirements.ts';
import type { ParsedRequirements, PolicyTable, RequiredNames, ResolvedRequirements } from './resolved-requirements.ts';

type NamedRequirements = Readonly<Record<string, Requirements>>;

// A registered symbol: the guard and the verifier may be from two copies of this package.
const namedPolicies: unique symbol = Symbol.for('@verifier/core/policies');

interface WithPolicies {
  readonly [namedPolicies]?: NamedRequirements;
}

/** The named policies of one verifier. */
export class Policies implements PolicyTable {
  readonly #requirements: NamedRequirements;
  readonly #policies: ReadonlyMap<string, ResolvedRequirements>;
  // By identity, so that requirements resolved at set-up cost a request one look-up.
  readonly #expanded: WeakMap<ParsedRequirements, ResolvedRequirements> = new WeakMap();

  /** @throws ConfigurationError if a policy requires nothing, names another policy, or has a wrong member. */
  constructor(policies: NamedRequirements = {}) {
    const entries = Object.entries(policies).map(([name, requirements]) => [name, parse(name, requirements)] as const);
    this.#requirements = Object.freeze(Object.fromEntries(entries));
    this.#policies = new Map(entries.map(([name, parsed]) => [name, resolveRequirements(parsed, pathOf(name))]));
  }

  expand(requirements: ParsedRequirements): ResolvedRequirements {
    const { policy: name } = requirements;
    if (name === undefined) return requirements;
    const known = this.#expanded.get(requirements);
    if (known !== undefined) return known;
    const policy = this.#policies.get(name);
    if (policy === undefined) throw policyUnknown(name, [...this.#policies.keys()]);
    const combined = combine(name, policy, requirements);
    this.#expanded.set(requirements, combined);
    return combined;
  }

  /** Lets {@link policiesOf} find the policies of a verifier. */
  attachTo(verifier: object): void {
    Object.defineProperty(verifier, namedPolicies, { value: this.#requirements });
  }
}

/** Returns the policies of a verifier; none if it is the application's own. */
export function policiesOf(verifier: object): Policies {
  const owner: WithPolicies = verifier;
  return new Policies(owner[namedPolicies]);
}

function parse(name: string, requirements: Requirements): Requirements {
  if (Object.hasOwn(Object(requirements), 'policy')) {
    throw new ConfigurationError(`${pathOf(name)} cannot name another policy: write its requirements out`);
  }
  return resolveOnce(requirements, pathOf(name));
}

function pathOf(name: string): string {
  return /^\w+$/.test(name) ? `policies.${name}` : `policies[${JSON.stringify(name)}]`;
}

// Both are required: neither weakens the other. A member that cannot be required twice must be in one of them only.
function combine(name: string, policy: ResolvedRequirements, route: ParsedRequirements): ResolvedRequirements {
  const { required, claims, optional, policy: _, isRequiring: __, ...others } = route;
  const added = Object.entries(others).filter(([, value]) => value !== undefined);
  const twice = added.find(([member]) => (policy as unknown as Record<string, unknown>)[member] !== undefined);
  if (twice !== undefined) {
    throw new ConfigurationError(
      `The route requires ${twice[0]}, and so does ${pathOf(name)}: write it in one of them`,
    );
  }
  return {
    ...policy,
    ...Object.fromEntries(added),
    required: combineNames([...policy.required, ...required]),
    claims: combineClaims(policy.claims, claims),
    optional: optional ?? policy.optional,
  };
}

// One list of all scopes, so that a challenge names all of them.
function combineNames(all: readonly RequiredNames[]): readonly RequiredNames[] {
  const [any, every] = [all.filter(({ isAny }) => isAny), all.filter(({ isAny }) => !isAny)];
  const lists = Map.groupBy(every, ({ kind }) => kind).values();
  const combined = [...lists].flatMap(([first, ...more]) => {
    if (first === undefined) return [];
    return [{ ...first, names: [...new Set([...first.names, ...more.flatMap(({ names }) => names)])] }];
  });
  return [...combined, ...any];
}

function combineClaims(
  first: ResolvedRequirements['claims'],
  second: ResolvedRequirements['claims'],
): ResolvedRequirements['claims'] {
  if (first === undefined || second === undefined) return first ?? second;
  return (claims) => first(claims) === true && second(claims) === true;
}

function policyUnknown(name: string, known: readonly string[]): ConfigurationError {
  const hint = known.length === 0 ? ': define it in the option policies' : didYouMean(name, known);
  return new ConfigurationError(`The verifier has no policy ${JSON.stringify(name)}${hint}`);
}
