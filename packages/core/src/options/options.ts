import type { DocumentHeaders } from '../http/document-headers.ts';
import type { JSONWebKeySet } from '../keys/jwk.ts';
import type { VerifierEvent } from '../observability/events.ts';
import type { RequestLike } from '../request/request.ts';
import type { Requirements } from '../requirements.ts';
import type { Clock } from '../runtime/clock.ts';
import type { FetchLike } from '../runtime/http-runtime.ts';
import type { ClaimPath } from '../token/claim-names.ts';
import type { VerifiedToken } from '../token/verified-token.ts';

/** The scopes that each scope implies: a record, or a function that returns them for one scope. */
export type ScopeHierarchy = Readonly<Record<string, readonly string[]>> | ((scope: string) => readonly string[]);

/** The requirements on the tokens of one issuer. */
export interface TokenPolicy {
  /**
   * The accepted clients, compared with `client_id`, `cid`, `azp` or `appid`: whichever the token has first. Use it if
   * `aud` does not identify this API, or not this API alone.
   *
   * @default every client of the issuer
   */
  readonly clientIds?: readonly string[];
  /**
   * The accepted signature algorithms (RFC 7518, section 3.1; RFC 9864). `EdDSA` and `Ed25519` are the same. HMAC and
   * `none` cannot be accepted. An RSA key without `alg` verifies the RSA algorithms that you name here; RS256 if you do
   * not set this option.
   *
   * @default ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'Ed25519']
   */
  readonly algorithms?: readonly string[];
  /**
   * `at+jwt` requires everything in RFC 9068, section 4. `compatible` also accepts the header `typ` of `JWT` or none,
   * and then refuses what its claims identify as made for another purpose: ID tokens, UserInfo and authorization responses,
   * refresh, offline and logout tokens, security events.
   *
   * @default 'compatible'
   */
  readonly tokenType?: 'at+jwt' | 'compatible';
  /**
   * Claims that only the access tokens of the issuer have: a token must have one of them, unless its header says `at+jwt`
   * (RFC 9068, section 2.1). Each claim has its accepted value, a list of them, or `true` for every value. Set it if the
   * `aud` of an ID token can be one of `audience`: an ID token without `nonce` has no claim that identifies it.
   *
   * @default none required; the functions for well-known issuers set it
   */
  readonly accessTokenClaims?: Readonly<Record<string, true | string | readonly string[]>>;
  /**
   * Accepts tokens with the claims of an ID token, and UserInfo responses. For issuers whose access tokens are ID tokens in
   * form, such as Dex. Every ID token for an accepted audience then grants access, also one that was issued for sign-in only.
   *
   * @default false
   */
  readonly dangerouslyAcceptIdTokens?: boolean;
  /**
   * The accepted difference between the clocks of issuer and verifier, for `exp`, `nbf` and `iat`. In seconds, from 0
   * to 300.
   *
   * @default 5
   */
  readonly clockTolerance?: number;
  /**
   * The accepted age of a token by its `iat`. Makes `iat` required, and refuses one in the future. In seconds, from 1 to
   * 2,592,000 (30 days).
   *
   * @default no limit other than `exp`
   */
  readonly maxTokenAge?: number;
  /**
   * The longest accepted life of a token: of `exp` after `iat`, if the token has `iat`, and of `exp` after the current
   * time. Refuses tokens that a mistake of the issuer made valid for years. In seconds, from 1 to 2,592,000 (30 days).
   *
   * @default no limit
   */
  readonly maxLifetime?: number;
  /**
   * Claims that must be present, in addition to `iss` and `exp`. Their values are not checked.
   *
   * @default none
   */
  readonly requiredClaims?: readonly string[];
  /**
   * The claims that scopes are read from: strings separated by spaces (RFC 8693, section 4.2), or arrays of strings.
   *
   * @default ['scope', 'scp']
   */
  readonly scopeClaims?: readonly ClaimPath[];
  /**
   * The scopes that a scope implies, such as `{ 'orders:admin': ['orders:write'] }`, or a function that returns them for one
   * scope of a token. Implied scopes imply further ones. A token then meets each requirement of a scope that it implies;
   * {@link VerifiedToken.scopes} stays what the token says, and {@link hasScope} sees both. A cycle in a record is an error.
   *
   * @default no scope implies another one
   */
  readonly scopeImplies?: ScopeHierarchy;
  /**
   * The claims that roles are read from, in the same forms: a name, a path such as `realm_access.roles`, or an array of
   * names if a name contains a dot.
   *
   * @default ['roles']
   */
  readonly roleClaims?: readonly ClaimPath[];
  /**
   * The claims that permissions are read from.
   *
   * @default ['permissions']
   */
  readonly permissionClaims?: readonly ClaimPath[];
  /**
   * The claims that groups are read from.
   *
   * @default ['groups']
   */
  readonly groupClaims?: readonly ClaimPath[];
}

/** One authorization server, and the requirements on its tokens. */
export interface IssuerOptions extends TokenPolicy {
  /**
   * The issuer identifier, compared character by character with `iss` and with `issuer` in the metadata. An https URL
   * that URL parsing does not change (RFC 8414, section 2); http on loopback. With `jwksUri`, `metadataUri` or `jwks` any
   * text without control characters, of at most 2,048 characters, such as `acme.com` or `urn:example:issuer`.
   */
  readonly issuer: string;
  /** The identifiers of this API; `aud` must contain one of them. `null` accepts every audience, on purpose. */
  readonly audience: string | readonly string[] | null;
  /**
   * The URL of the issuer's metadata, if they are not at a well-known place of the issuer (RFC 8414, section 3), as with
   * Azure AD B2C. Their `issuer` must still equal the option `issuer`. Cannot be combined with `jwksUri` or `jwks`.
   *
   * @default the well-known URLs of the issuer
   */
  readonly metadataUri?: string;
  /**
   * The URL of the key set. The issuer's metadata is then not fetched. Cannot be combined with `jwks`.
   *
   * @default `jwks_uri` of the issuer's metadata
   */
  readonly jwksUri?: string;
  /**
   * The key set itself. Nothing is fetched then, and the keys are never refreshed.
   *
   * @default fetched from the issuer
   */
  readonly jwks?: JSONWebKeySet;
}

/**
 * Decides by an allow-list of the application whether an issuer is trusted. Returns its options, or undefined, null or
 * false to refuse its tokens. Called at most 64 times at once, and again after 600 seconds.
 *
 * @param issuer - An unverified claim: look it up, and never use it as a URL.
 */
export type IssuerResolver = (
  issuer: string,
) => IssuerOptions | undefined | null | false | Promise<IssuerOptions | undefined | null | false>;

/** How long keys are cached and trusted. Durations are in seconds. */
export interface KeyCacheOptions {
  /**
   * The life of a key set, regardless of the issuer's cache headers. In seconds, from 10 to 86,400 (24 h).
   *
   * @default the issuer's `max-age`, but at least 60 and at most 3,600; 600 without one
   */
  readonly ttl?: number;
  /**
   * The fraction of its life after which a key set is refreshed in the background. From 0.1 to 0.9.
   *
   * @default 0.8
   */
  readonly refreshAhead?: number;
  /**
   * How long an expired key set stays trusted while it cannot be refreshed; 0 turns that off. In seconds, from 0 to
   * 604,800 (7 days).
   *
   * @default 86400
   */
  readonly staleFor?: number;
  /**
   * The number of issuers that are cached if a resolver decides on them; the least recently used is evicted. An issuer
   * counts from its first valid signature. From 1 to 100,000.
   *
   * @default 128
   */
  readonly maxIssuers?: number;
}

/** How documents are fetched. */
export interface HttpOptions {
  /**
   * The time limit for one exchange, from opening a connection to the last byte. In seconds, from 0.1 to 60.
   *
   * @default 5
   */
  readonly timeout?: number;
  /**
   * The number of connections to one origin. Node.js only. From 1 to 256.
   *
   * @default 4
   */
  readonly connections?: number;
  /**
   * The size limit of a document after decompression, and of what the connection pool receives for it. In bytes, from
   * 1,024 to 16,777,216 (16 MiB).
   *
   * @default 262144
   */
  readonly maxResponseSize?: number;
  /**
   * Headers of every fetch, such as one that a gateway in front of the issuer requires; or a function that returns them, or
   * a promise of them, for credentials that expire. It is called before each fetch, and `timeout` applies to it as well.
   *
   * @default none
   */
  readonly headers?: DocumentHeaders;
  /**
   * A dispatcher of undici 7 or 8 that is used for every fetch, also to loopback. It is never closed here, and the proxy
   * variables do not apply. Node.js only. Cannot be combined with `fetch`.
   *
   * @default a connection pool that the process shares
   */
  readonly dispatcher?: object;
  /**
   * A `fetch` function that replaces the connection pool. `timeout` and `maxResponseSize` apply to it as well.
   *
   * @default the connection pool
   */
  readonly fetch?: FetchLike;
  /**
   * Origins that are fetched without TLS, such as `http://keycloak:8080` inside a compose network. An attacker who can
   * write to that network can then sign tokens.
   *
   * @default none
   */
  readonly dangerouslyAllowInsecure?: readonly string[];
}

/** How verified tokens are cached. */
export interface TokenCacheOptions {
  /**
   * The number of results that the process caches; the least recently used is evicted. The largest value of all
   * verifiers applies. From 1 to 1,000,000.
   *
   * @default 5000
   */
  readonly maxEntries?: number;
}

/** The result of `validate`: a string refuses the token, anything else accepts it. */
// biome-ignore lint/suspicious/noConfusingVoidType: a function that returns nothing is the common case.
export type Verdict = void | undefined | string;

/** Options for all issuers of a verifier. */
export interface CommonOptions {
  /**
   * The size limit of a token; a longer one is refused unread. In characters, from 256 to 1,048,576.
   *
   * @default 16384
   */
  readonly maxTokenSize?: number;
  /**
   * An additional check of the application, called on every request after all others. A returned string refuses the token
   * with ERR_TOKEN_REJECTED. The string is the error's message in your logs, and is never sent to the client.
   *
   * @default none
   */
  readonly validate?: (token: VerifiedToken) => Verdict | Promise<Verdict>;
  /**
   * Reads the token from another place, such as a cookie. Returns undefined or an empty string if there is none. A
   * cookie requires a protection against cross-site requests, which is not provided here.
   *
   * @default the `Authorization` header
   */
  readonly getToken?: (request: RequestLike) => string | undefined;
  /**
   * The first parameter of every challenge (RFC 9110, section 11.5), in printable ASCII.
   *
   * @default 'api'
   */
  readonly realm?: string;
  readonly keyCache?: KeyCacheOptions;
  /** `false` verifies the signature on every request. It saves memory and time if tokens are never sent twice. */
  readonly tokenCache?: TokenCacheOptions | false;
  readonly http?: HttpOptions;
  /**
   * Accepts a request without credentials as anonymous. A request with bad credentials is refused all the same.
   *
   * @default false
   */
  readonly optional?: boolean;
  /**
   * Requirements by name, for routes that share them: `{ orders: { scope: 'orders:write', role: 'editor' } }`. A route
   * requires one by `requirePolicy('orders')`, or by the member `policy` of its requirements.
   *
   * @default none
   */
  readonly policies?: Readonly<Record<string, Requirements>>;
  /**
   * Writes a line for each refused token and each fetch, as `NODE_DEBUG=verifier` does, to the console or to standard
   * error. For runtimes without environment variables. A line names codes, claims and options, and no value of a token.
   *
   * @default false
   */
  readonly debug?: boolean;
  /**
   * Called with each event about keys, and with each refused token. An error that it throws becomes a warning.
   *
   * @default none
   */
  readonly onEvent?: (event: VerifierEvent) => void;
  /** @default the clocks of the runtime */
  readonly clock?: Clock;
}

/** The options of a verifier for the tokens of one issuer. */
export interface SingleIssuerOptions extends CommonOptions, IssuerOptions {
  readonly issuers?: undefined;
}

/** The options of a verifier for the tokens of several issuers. The policy here applies unless an issuer has its own. */
export interface ManyIssuersOptions extends CommonOptions, TokenPolicy {
  readonly issuer?: undefined;
  readonly audience?: undefined;
  readonly metadataUri?: undefined;
  readonly jwksUri?: undefined;
  readonly jwks?: undefined;
  /** A list, each issuer with its own audience and keys; or a function that decides on an issuer when it is first seen. */
  readonly issuers: readonly IssuerOptions[] | IssuerResolver;
}

/** The options of {@link createVerifier}. */
export type VerifierOptions = SingleIssuerOptions | ManyIssuersOptions;

/** Options with a more exact type of the option `optional`: `false` also stands for an absent one. */
export type WithOptional<TOptions, TOptional extends boolean> = TOptions & { readonly optional?: TOptional };
