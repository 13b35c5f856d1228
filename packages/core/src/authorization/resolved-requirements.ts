import type { Claims, VerifiedToken } from '../token/verified-token.ts';

/** The kinds of names that a route can require. */
export type NameKind = 'scope' | 'role' | 'permission' | 'group';

/** One list of names that a token must carry: all of them, or at least one. */
export interface RequiredNames {
  readonly kind: NameKind;
  /** The member of a {@link VerifiedToken} that lists the names of this kind. */
  readonly property: keyof Pick<VerifiedToken, 'scopes' | 'roles' | 'permissions' | 'groups'>;
  readonly names: readonly string[];
  readonly isAny: boolean;
}

/** The login that a route requires; at least one member is defined. */
export interface RequiredAuthentication {
  readonly acr?: readonly string[];
  /** In seconds. */
  readonly maxAge?: number;
}

/** Requirements after validation: what every request is authorized against. */
export interface ResolvedRequirements {
  readonly required: readonly RequiredNames[];
  readonly authentication: RequiredAuthentication | undefined;
  readonly claims: ((claims: Claims) => boolean) | undefined;
  /** Whether a valid token alone does not meet them. */
  readonly isRequiring: boolean;
  /** Undefined if the route does not say whether it accepts anonymous requests. */
  readonly optional: boolean | undefined;
}

/** Requirements after validation that may name a policy, which only the verifier knows. */
export interface ParsedRequirements extends ResolvedRequirements {
  readonly policy: string | undefined;
}

/** The policies of a verifier. */
export interface PolicyTable {
  /**
   * Adds what the named policy requires.
   *
   * @throws ConfigurationError if there is no policy of that name.
   */
  expand(requirements: ParsedRequirements): ResolvedRequirements;
}
