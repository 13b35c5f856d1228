import type { AcceptanceTerms } from './acceptance-terms.ts';
import type { Confirmation } from './confirmation.ts';

/** A JSON value of a token. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [name: string]: JsonValue };

/** The protected header of a signed token (RFC 7515, section 4.1). Types of parameters not listed here are not checked. */
export interface JwsHeader {
  /** The signature algorithm; one of the accepted `algorithms`. */
  readonly alg: string;
  /** The identifier of the key. */
  readonly kid?: string;
  /** The media type of the token, as sent: in any case, with or without `application/`. */
  readonly typ?: string;
  readonly [parameter: string]: JsonValue | undefined;
}

/**
 * The claims of a token (RFC 7519, section 4.1; RFC 9068, section 2.2). The types of the listed members are checked, and
 * they are absent if the issuer wrote null. Every other claim is as the issuer wrote it, and neither its type nor its value
 * is checked. Members that change a prototype when they are copied, such as `__proto__`, are left out at any depth.
 */
export interface Claims {
  /** The issuer: one of those configured. */
  readonly iss: string;
  /** The expiry, in epoch seconds; a fraction is possible. */
  readonly exp: number;
  /** The subject. */
  readonly sub?: string;
  /** The audiences. One of them is accepted, unless `audience` is `null`. */
  readonly aud?: string | readonly string[];
  /** The start of validity, in epoch seconds. */
  readonly nbf?: number;
  /** The time of issue, in epoch seconds. It may be in the future unless `maxTokenAge` is set. */
  readonly iat?: number;
  /** The identifier of the token. It is not checked for reuse. */
  readonly jti?: string;
  readonly [claim: string]: JsonValue | undefined;
}

/**
 * A token that was verified: its signature, issuer, type, audience and times. Deeply frozen. Whether it was revoked is not
 * checked, and neither is what its subject may do, beyond the requirements of the call.
 *
 * @typeParam TClaims - The type of the claims that your issuer adds. Nothing checks the claims against it.
 */
export interface VerifiedToken<TClaims = unknown> {
  /** The token as it was sent. Not enumerable: serializing or logging the object does not show it. */
  readonly token: string;
  /** The authentication scheme that the token was sent with. */
  readonly scheme: 'Bearer' | 'DPoP';
  /** The format of the token: a signed JWT, or a reference that only its issuer can resolve. */
  readonly format: 'jwt' | 'opaque';
  /** The protected header of a JWT; undefined for an opaque token. */
  readonly header?: JwsHeader;
  /** All claims of the token. */
  readonly claims: Claims & TClaims;
  /** The key that the token is bound to; undefined for a bearer token. */
  readonly confirmation?: Confirmation;
  /** The authorization server that issued the token: `iss`, which is one of those configured. */
  readonly issuer: string;
  /** The subject of the token: `sub`. A user, or the client itself if the client obtained the token for itself. */
  readonly subject?: string;
  /** The client that the token was issued to: the first of `client_id`, `cid`, `azp`, `appid`. */
  readonly clientId?: string;
  /** The scopes of the token, from the claims that `scopeClaims` names, without duplicates. Empty for an ID token. */
  readonly scopes: readonly string[];
  /** The roles that its issuer gave the subject, from the claims that `roleClaims` names. */
  readonly roles: readonly string[];
  /** The permissions of the subject, from the claims that `permissionClaims` names. */
  readonly permissions: readonly string[];
  /** The groups of the subject, from the claims that `groupClaims` names. */
  readonly groups: readonly string[];
  /** The expiry of the token: `exp`, in epoch seconds. */
  readonly expiresAt: number;
}

/** The members of a verified token that are derived from its header and claims, and the terms that it was accepted under. */
export interface TokenFacts {
  readonly terms: AcceptanceTerms;
  readonly header: JwsHeader;
  readonly claims: Claims;
  readonly confirmation: Confirmation | undefined;
  readonly clientId: string | undefined;
  readonly scopes: readonly string[];
  readonly roles: readonly string[];
  readonly permissions: readonly string[];
  readonly groups: readonly string[];
}

/** A token and its authentication scheme, as they were sent. */
export interface SentToken {
  readonly scheme: VerifiedToken['scheme'];
  readonly token: string;
}
