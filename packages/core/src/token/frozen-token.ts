import { type AcceptanceTerms, acceptanceTerms } from './acceptance-terms.ts';
import type { Confirmation } from './confirmation.ts';
import type { Claims, JwsHeader, SentToken, TokenFacts, VerifiedToken } from './verified-token.ts';

/** A {@link VerifiedToken} of a JWT. The caller has frozen the facts. */
export class FrozenToken implements VerifiedToken {
  // A private field, so that JSON.stringify, util.inspect and a spread never show the token.
  readonly #token: string;
  readonly #terms: AcceptanceTerms;
  readonly scheme: VerifiedToken['scheme'];
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
    this.#terms = facts.terms;
    this.scheme = scheme;
    this.format = 'jwt';
    this.header = header;
    this.claims = claims;
    if (confirmation !== undefined) this.confirmation = confirmation;
    this.issuer = claims.iss;
    if (Object.hasOwn(claims, 'sub') && claims.sub !== undefined) this.subject = claims.sub;
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

  static {
    // On the prototype, so that a copy of the token does not show it. An object that inherits from a token has no terms.
    Object.defineProperty(FrozenToken.prototype, acceptanceTerms, {
      get(this: object): AcceptanceTerms | undefined {
        return #terms in this ? this.#terms : undefined;
      },
    });
  }
}

/**
 * Freezes a JSON value deeply, without the members that change a prototype when an application copies or merges them:
 * `__proto__`, and `constructor` with a `prototype`. Without recursion, because claims may be nested deeper than the stack
 * allows.
 */
export function deepFreeze<TValue extends object>(value: TValue): TValue {
  const pending: object[] = [value];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    dropPrototypeMembers(next);
    Object.freeze(next);
    for (const member of Object.values(next)) if (typeof member === 'object' && member !== null) pending.push(member);
  }
  return value;
}

// JSON.parse creates `__proto__` as an own member, and `Object.assign` then sets the prototype of its target.
function dropPrototypeMembers(value: object): void {
  if (Object.hasOwn(value, '__proto__')) Reflect.deleteProperty(value, '__proto__');
  if (!Object.hasOwn(value, 'constructor')) return;
  const member: unknown = value.constructor;
  const isObject = typeof member === 'object' && member !== null;
  if (isObject && Object.hasOwn(member, 'prototype')) Reflect.deleteProperty(value, 'constructor');
}
