import type { Claims } from './token/verified-token.ts';

/**
 * The requirements of one route beyond a valid token, as an application writes them. Every member that is present must
 * be met. Names are compared whole and case-sensitively: `read` is not met by `read:all`, unless `scopeImplies` of the
 * verifier says so.
 *
 * Requirements are validated where they enter. An unknown member, a member that is present but undefined, an empty list
 * and a name that no token can carry are a ConfigurationError. `{}` requires a token and nothing else.
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
  /** A predicate over the verified claims. Any result other than `true` is answered with 403. */
  readonly claims?: (claims: Claims) => boolean;
  /**
   * The name of a policy of the verifier, which must be met as well: see the option `policies`. An unknown name is a
   * ConfigurationError.
   */
  readonly policy?: string;
  /**
   * Whether a request without credentials is accepted as anonymous.
   *
   * @default that of `policy`; otherwise the `optional` of the verifier if the route requires nothing else, otherwise false
   */
  readonly optional?: boolean;
}
