import type { DocumentHeaders } from '../http/document-headers.ts';
import type { JSONWebKeySet } from '../keys/jwk.ts';
import type { VerifierEvent } from '../observability/events.ts';
import type { RefusalEntry } from '../observability/refusal-entry.ts';
import type { RequestLike } from '../request/request.ts';
import type { Requirements } from '../requirements.ts';
import type { Clock } from '../runtime/clock.ts';
import type { FetchLike } from '../runtime/http-runtime.ts';
import type { ClaimPath } from '../token/claim-names.ts';
import type { JsonValue, VerifiedToken } from '../token/verified-token.ts';
import type { ClientCertificateHeader, DpopNonceOptions, ReplayStore } from './binding-options.ts';

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
   * The accepted difference between the clocks of issuer and verifier, for `exp`, `nbf`, `iat` and `auth_time`. In seconds, from 0
   * to 300.
   *
   * @default 5
   */
  readonly clockTolerance?: number;
  /**
   * The values of `acr` of the issuer, from the weakest to the strongest: a later one meets a requirement of an earlier
   * one. A value that is not among them meets only a requirement of itself (RFC 9470, section 5).
   *
   * @default none: a value meets only a requirement of itself
   */
  readonly acrLevels?: readonly string[];
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

/** The proof of possession of the key of a token (RFC 9449). */
export interface DpopOptions {
  /**
   * `accept` also accepts tokens that are not bound to a key, with the scheme `Bearer`. `require` refuses them.
   *
   * @default 'accept'
   */
  readonly mode?: 'accept' | 'require';
  /**
   * The URL that clients call, or each of several: the origin, and the path prefix that a proxy removes. https; http on
   * loopback. Headers of a request never decide: the sender of a captured proof writes them.
   */
  readonly publicUrl: string | readonly string[];
  /**
   * The accepted algorithms of proofs, sent to clients in `algs` of each challenge.
   *
   * @default the algorithms that the verifier accepts
   */
  readonly algorithms?: readonly string[];
  /**
   * How far `iat` of a proof may be from now, in the past or the future. Not applied with `nonce`. In seconds, from 5 to 600.
   *
   * @default 300
   */
  readonly window?: number;
  /**
   * Requires that each proof contains a nonce of this API, so that a proof cannot be made in advance and the clock of a client
   * does not matter. A client that has none gets one with a 401, and retries.
   *
   * @default false
   */
  readonly nonce?: false | DpopNonceOptions;
  /**
   * The store that remembers the identifiers of proofs. Several processes need a shared store. `false` accepts a proof as
   * often as it is sent. The memory of the process has room for 200,000 proofs, and never forgets one that may come again.
   *
   * @default the memory of the process
   */
  readonly replay?: ReplayStore | false;
}

/** How the client certificate of a bound token is read (RFC 8705, section 3). */
export interface MtlsOptions {
  /**
   * `tls` reads the certificate from the TLS connection of Node.js or Workers. Behind a proxy that ends TLS, use a header of
   * that proxy, or a function that returns the DER of the certificate.
   */
  readonly certificate: 'tls' | ClientCertificateHeader | ((request: RequestLike) => Uint8Array | undefined);
  /**
   * Refuses every token that is not bound to a key or a certificate.
   *
   * @default false
   */
  readonly require?: boolean;
}

/** This API as a protected resource: its metadata document, and the challenges that lead clients to it (RFC 9728). */
export interface ResourceOptions {
  /**
   * The resource identifier (RFC 9728, section 1.2): the URL of this API as clients use it. An https URL without a fragment;
   * http on loopback. It is published as written, and is the default of `audience`.
   */
  readonly url: string;
  /**
   * The scopes for basic use (`scopes_supported`). Challenges name them if a route requires none. `offline_access` is not a
   * scope of an API.
   *
   * @default none
   */
  readonly scopes?: readonly string[];
  /**
   * The name of this API for end users (`resource_name`).
   *
   * @default left out
   */
  readonly name?: string;
  /**
   * The URL of a page for developers (`resource_documentation`).
   *
   * @default left out
   */
  readonly documentation?: string;
  /**
   * The URL of a page about the use of data (`resource_policy_uri`).
   *
   * @default left out
   */
  readonly policy?: string;
  /**
   * The URL of the terms of use (`resource_tos_uri`).
   *
   * @default left out
   */
  readonly terms?: string;
  /**
   * The issuer identifiers of the authorization servers that clients may use (`authorization_servers`). Required if `issuers`
   * is a function, or if an issuer is not a URL.
   *
   * @default the configured issuers
   */
  readonly authorizationServers?: readonly string[];
  /**
   * Further members of the document, such as `resource_name#de`.
   *
   * @default none
   */
  readonly metadata?: Readonly<Record<string, JsonValue>>;
  /**
   * The scopes in a challenge of 400 and 401. `required` names those of the route, or `scopes` if it requires none;
   * `supported` always names `scopes`; `false` names none. A 403 for a scope always names those of the route.
   *
   * @default 'required'
   */
  readonly challengeScope?: 'required' | 'supported' | false;
  /**
   * Answers `/.well-known/oauth-authorization-server` of this API with the metadata of the first issuer, for clients that
   * look for it here (RFC 8414). Its `issuer` stays that of the authorization server, which strict clients refuse.
   *
   * @default false
   */
  readonly mirrorAuthorizationServer?: boolean;
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
  /** Publishes the metadata of this API, and names them in each challenge (RFC 9728). */
  readonly resource?: ResourceOptions;
  /**
   * Verifies DPoP proofs (RFC 9449), so that a stolen token is useless without the key of its client. Cannot be combined with
   * `getToken`.
   *
   * @default off: tokens that are bound to a key are refused
   */
  readonly dpop?: DpopOptions;
  /**
   * Verifies that the client of a certificate-bound token has that certificate (RFC 8705), so that a stolen token is useless
   * without its key.
   *
   * @default off: tokens that are bound to a certificate are refused
   */
  readonly mtls?: MtlsOptions;
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
  /**
   * Called once for each refused request, and for each refused token of `verify`, in the asynchronous context of its caller.
   * For a log line with the claim at fault; count refusals with {@link CommonOptions.onEvent} or `stats()`. An error that
   * it throws becomes a warning.
   *
   * @default none
   */
  readonly log?: (entry: RefusalEntry) => void;
  /** @default the clocks of the runtime */
  readonly clock?: Clock;
}

/** An issuer of a verifier with `resource`: its `audience` is `resource.url` if it is absent. */
export interface ResourceIssuerOptions extends Omit<IssuerOptions, 'audience'> {
  /**
   * The identifiers of this API in `aud`, if they differ from `resource.url`.
   *
   * @default `resource.url`
   */
  readonly audience?: string | readonly string[] | null | undefined;
}

/** The options of a verifier for the tokens of one issuer. */
export interface SingleIssuerOptions extends CommonOptions, IssuerOptions {
  readonly issuers?: undefined;
}

/** The options of a verifier for the tokens of one issuer, whose `audience` may be that of `resource`. */
export interface SingleIssuerResourceOptions extends CommonOptions, ResourceIssuerOptions {
  readonly resource: ResourceOptions;
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

/** The options of a verifier for the tokens of several issuers, whose `audience` may be that of `resource`. */
export interface ManyIssuersResourceOptions extends Omit<ManyIssuersOptions, 'issuers'> {
  readonly resource: ResourceOptions;
  /** The list of issuers. */
  readonly issuers: readonly ResourceIssuerOptions[];
}

/** The options of {@link createVerifier}. */
export type VerifierOptions =
  | SingleIssuerOptions
  | ManyIssuersOptions
  | SingleIssuerResourceOptions
  | ManyIssuersResourceOptions;

/** Options with a more exact type of the option `optional`: `false` also stands for an absent one. */
export type WithOptional<TOptions, TOptional extends boolean> = TOptions & { readonly optional?: TOptional };
