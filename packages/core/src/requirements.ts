import type { Claims } from './token/verified-token.ts';

/** The login of the user that a route requires (RFC 9470). A token without the claim does not meet it. */
export interface AuthenticationRequirement {
  /**
   * The accepted values of the claim `acr`: one, or a list in the order of preference. They are compared whole, and by the
   * order of the option `acrLevels`, if it names them.
   */
  readonly acr?: string | readonly string[];
  /**
   * The greatest accepted age of the login by the claim `auth_time`, to which `clockTolerance` is added. In seconds, from 0
   * to 2,592,000 (30 days).
   */
  readonly maxAge?: number;
}

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
  /**
   * The login of the user (RFC 9470). It is authorized first, and answered with 401: the challenge names what is not met, and
   * all scopes of the route.
   */
  readonly authentication?: AuthenticationRequirement;
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
