import type { Confirmation } from './confirmation.ts';

/** A JSON value, as it came out of a token. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [name: string]: JsonValue };

/** The protected header of a signed token (RFC 7515, section 4.1). */
export interface JwsHeader {
  readonly alg: string;
  readonly kid?: string;
  readonly typ?: string;
  readonly [parameter: string]: JsonValue | undefined;
}

/** The claims of an access token (RFC 7519, section 4.1; RFC 9068, section 2.2), and whatever else the issuer adds. */
export interface Claims {
  readonly iss: string;
  readonly exp: number;
  readonly sub?: string;
  readonly aud?: string | readonly string[];
  readonly nbf?: number;
  readonly iat?: number;
  readonly jti?: string;
  readonly [claim: string]: JsonValue | undefined;
}

/**
 * An access token whose signature, issuer, audience and times were checked. Deeply frozen. `TClaims` types the claims
 * that your issuer adds; they are not checked against it.
 */
export interface VerifiedToken<TClaims = unknown> {
  /** The token as it was sent. Not enumerable: serialising or logging the object does not show it. */
  readonly token: string;
  /** The authentication scheme that the token was sent with. */
  readonly scheme: 'Bearer' | 'DPoP';
  /** The format of the token: a signed JWT, or a reference that only its issuer can resolve. */
  readonly format: 'jwt' | 'opaque';
  /** The protected header of a JWT; undefined for an opaque token. */
  readonly header?: JwsHeader;
  readonly claims: Claims & TClaims;
  /** The key that the token is bound to; undefined for a bearer token. */
  readonly confirmation?: Confirmation;
  /** The authorization server that issued it: `iss`, and one of those configured. */
  readonly issuer: string;
  /** Whom the token speaks for: `sub`. */
  readonly subject?: string;
  /** The client it was issued to: the first of `client_id`, `cid`, `azp`, `appid`. */
  readonly clientId?: string;
  /** The scopes it was issued with, without duplicates. */
  readonly scopes: readonly string[];
  /** The roles that its issuer gave the subject, from the claims that `roleClaims` names. */
  readonly roles: readonly string[];
  /** The permissions of the subject, from the claims that `permissionClaims` names. */
  readonly permissions: readonly string[];
  /** The groups of the subject, from the claims that `groupClaims` names. */
  readonly groups: readonly string[];
  /** When it expires: `exp`, in epoch seconds. */
  readonly expiresAt: number;
}

/** What {@link createVerifiedToken} is given beside the token itself. */
export interface TokenFacts {
  readonly header: JwsHeader;
  readonly claims: Claims;
  readonly confirmation: Confirmation | undefined;
  readonly clientId: string | undefined;
  readonly scopes: readonly string[];
  readonly roles: readonly string[];
  readonly permissions: readonly string[];
  readonly groups: readonly string[];
}

/** A token as it was sent. */
export interface SentToken {
  readonly scheme: 'Bearer';
  readonly token: string;
}

class FrozenToken implements VerifiedToken {
  // A private field, so that neither JSON.stringify nor util.inspect nor a spread ever shows it.
  readonly #token: string;
  readonly scheme: 'Bearer';
  readonly format: 'jwt';
  readonly header: JwsHeader;
  readonly claims: Claims & unknown;
  declare readonly confirmation?: Confirmation;
  readonly issuer: string;
  declare readonly subject?: string;
  declare readonly clientId?: string;
  readonly scopes: readonly string[];
  readonly roles: readonly string[];
  readonly permissions: readonly string[];
  readonly groups: readonly string[];
  readonly expiresAt: number;

  constructor({ token, scheme }: SentToken, facts: TokenFacts) {
    const { header, claims, confirmation, clientId, scopes, roles, permissions, groups } = facts;
    this.#token = token;
    this.scheme = scheme;
    this.format = 'jwt';
    this.header = header;
    this.claims = claims;
    if (confirmation !== undefined) this.confirmation = confirmation;
    this.issuer = claims.iss;
    if (claims.sub !== undefined) this.subject = claims.sub;
    if (clientId !== undefined) this.clientId = clientId;
    this.scopes = scopes;
    this.roles = roles;
    this.permissions = permissions;
    this.groups = groups;
    this.expiresAt = claims.exp;
    Object.freeze(this);
  }

  get token(): string {
    return this.#token;
  }
}

/** Creates the result of a verification. The caller has frozen the facts. */
export function createVerifiedToken(sent: SentToken, facts: TokenFacts): VerifiedToken {
  return new FrozenToken(sent, facts);
}

/** Freezes a JSON value and all that it holds, without recursion: claims may be nested as deep as a token is long. */
export function deepFreeze<TValue extends object>(value: TValue): TValue {
  const pending: object[] = [value];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    Object.freeze(next);
    for (const member of Object.values(next)) if (typeof member === 'object' && member !== null) pending.push(member);
  }
  return value;
}
