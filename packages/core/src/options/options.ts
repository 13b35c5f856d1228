import type { JSONWebKeySet } from '../keys/jwk.ts';
import type { VerifierEvent } from '../observability/events.ts';
import type { RequestLike } from '../request/request.ts';
import type { Clock } from '../runtime/clock.ts';
import type { FetchLike } from '../runtime/http-runtime.ts';
import type { ClaimPath } from '../token/claim-names.ts';
import type { VerifiedToken } from '../token/verified-token.ts';

/** What a verifier demands of the tokens of one issuer. */
export interface TokenPolicy {
  /**
   * The accepted clients, matched against `client_id`, `cid`, `azp` or `appid`, where the audience says nothing or not
   * enough.
   *
   * @default every client of the issuer
   */
  readonly clientIds?: readonly string[];
  /**
   * The accepted signature algorithms. `EdDSA` and `Ed25519` are the same. HMAC and `none` cannot be named.
   *
   * @default RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, Ed25519
   */
  readonly algorithms?: readonly string[];
  /**
   * `at+jwt` demands RFC 9068, section 4, in full. `compatible` also accepts the header `typ` of `JWT` or none, and
   * refuses ID tokens, logout tokens and security events by their claims.
   *
   * @default 'compatible'
   */
  readonly tokenType?: 'at+jwt' | 'compatible';
  /**
   * How far the clocks of issuer and verifier may differ, in seconds, at most 300. Applied to `exp`, `nbf`, `iat`.
   *
   * @default 5
   */
  readonly clockTolerance?: number;
  /**
   * How long ago a token may have been issued, in seconds, at most 30 days; makes `iat` required and refuses one in the future.
   *
   * @default no limit but `exp`
   */
  readonly maxTokenAge?: number;
  /**
   * Claims that must be present, whatever their value, beside `iss` and `exp`.
   *
   * @default none
   */
  readonly requiredClaims?: readonly string[];
  /**
   * The claims that scopes are read from: strings separated by spaces, or arrays of strings.
   *
   * @default ['scope', 'scp']
   */
  readonly scopeClaims?: readonly ClaimPath[];
  /**
   * The claims that roles are read from, in the same forms: a name, a path such as `realm_access.roles`, or an array of
   * names where a name holds a dot.
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

/** One authorization server, and what is demanded of its tokens. */
export interface IssuerOptions extends TokenPolicy {
  /** The issuer identifier, compared with `iss` and with the issuer's metadata character by character. */
  readonly issuer: string;
  /** The identifiers of this API, of which `aud` must name one. `null` accepts every audience, on purpose. */
  readonly audience: string | readonly string[] | null;
  /** Where the key set is, instead of asking the issuer's metadata. */
  readonly jwksUri?: string;
  /** The key set itself, instead of fetching it. It is never refreshed. */
  readonly jwks?: JSONWebKeySet;
}

/** Decides which issuers are trusted, by an allow-list of your own. The argument is an unverified claim. */
export type IssuerResolver = (issuer: string) => IssuerOptions | undefined | Promise<IssuerOptions | undefined>;

/** How long keys are kept and trusted. Durations in seconds. */
export interface KeyCacheOptions {
  /**
   * The life of a key set, from 10 s to 24 h, whatever the issuer's cache headers say.
   *
   * @default the issuer's `max-age` within 60 s and 3600 s; 600 s where it names none
   */
  readonly ttl?: number;
  /**
   * The share of its life after which a key set is refreshed in the background, from 0.1 to 0.9.
   *
   * @default 0.8
   */
  readonly refreshAhead?: number;
  /**
   * How long after the end of its life a key set stays trusted while the issuer cannot be reached, at most 7 days.
   * 0 turns that off.
   *
   * @default 86400
   */
  readonly staleFor?: number;
  /**
   * How many issuers that a resolver named are kept, least recently used.
   *
   * @default 128
   */
  readonly maxIssuers?: number;
}

/** How documents are fetched. */
export interface HttpOptions {
  /**
   * The time for a whole exchange in seconds, from the connection to the last byte, at most 60.
   *
   * @default 5
   */
  readonly timeout?: number;
  /**
   * How many connections are opened to one origin. Node.js only.
   *
   * @default 4
   */
  readonly connections?: number;
  /**
   * The size of a document in bytes, after decompression, from 1 KiB to 16 MiB.
   *
   * @default 262144
   */
  readonly maxResponseSize?: number;
  /** Headers to send with each fetch, such as one that a gateway in front of the issuer asks for. */
  readonly headers?: Readonly<Record<string, string>>;
  /** An undici dispatcher of your own, used for every fetch and never closed here. Node.js only. */
  readonly dispatcher?: object;
  /** A `fetch` of your own, used for every fetch instead of the connection pool. */
  readonly fetch?: FetchLike;
  /**
   * Origins that may be spoken to without TLS, such as `http://keycloak:8080` inside a compose network. Whoever can
   * write to that network can then sign tokens.
   *
   * @deprecated Not deprecated: struck through on purpose, so that a review sees it.
   */
  readonly dangerouslyAllowInsecure?: readonly string[];
}

/** How verified tokens are remembered. */
export interface TokenCacheOptions {
  /**
   * How many results are kept in the process, least recently used. The largest number that any verifier asks for holds.
   *
   * @default 5000
   */
  readonly maxEntries?: number;
}

/** What `validate` says of a token: nothing lets it pass, a string refuses it. */
// biome-ignore lint/suspicious/noConfusingVoidType: a function that returns nothing is the common case.
export type Verdict = void | undefined | string;

/** Options that hold for every issuer of a verifier. */
export interface CommonOptions {
  /**
   * The longest token that is looked at, in characters.
   *
   * @default 16384
   */
  readonly maxTokenSize?: number;
  /**
   * The last word on a token that passed every check, asked on every request. A returned string refuses it with
   * ERR_TOKEN_REJECTED; the string reaches your logs as the error's message and never the client.
   */
  readonly validate?: (token: VerifiedToken) => Verdict | Promise<Verdict>;
  /**
   * Where the token is, instead of the `Authorization` header: a cookie, say. Undefined or an empty string means that
   * none was sent. Cookies need protection against cross-site requests, which is not done here.
   */
  readonly getToken?: (request: RequestLike) => string | undefined;
  /**
   * The first parameter of every challenge, in printable ASCII.
   *
   * @default 'api'
   */
  readonly realm?: string;
  readonly keyCache?: KeyCacheOptions;
  /** `false` verifies the signature on every request; where tokens never come back, it saves memory and time. */
  readonly tokenCache?: TokenCacheOptions | false;
  readonly http?: HttpOptions;
  /**
   * Lets a request without credentials through as anonymous. A request with bad credentials is refused all the same.
   *
   * @default false
   */
  readonly optional?: boolean;
  /** Told of each event in the life of keys and of each refused token. What it throws becomes a warning. */
  readonly onEvent?: (event: VerifierEvent) => void;
  /** @default the clocks of the runtime */
  readonly clock?: Clock;
}

/** A verifier of one issuer's tokens. */
export interface SingleIssuerOptions extends CommonOptions, IssuerOptions {
  readonly issuers?: undefined;
}

/** A verifier of several issuers' tokens. The token policy here holds for each issuer that has none of its own. */
export interface ManyIssuersOptions extends CommonOptions, TokenPolicy {
  readonly issuer?: undefined;
  readonly audience?: undefined;
  readonly jwksUri?: undefined;
  readonly jwks?: undefined;
  /** Each with its own audience and keys; or a function that is asked for each issuer it has not yet decided on. */
  readonly issuers: readonly IssuerOptions[] | IssuerResolver;
}

/** What {@link createVerifier} is given. */
export type VerifierOptions = SingleIssuerOptions | ManyIssuersOptions;
