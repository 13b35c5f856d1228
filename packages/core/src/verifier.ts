import type { AnyAuthError } from './errors.ts';
import type { VerifierStats } from './observability/stats.ts';
import type { Challenge } from './request/challenge.ts';
import type { RequestLike } from './request/request.ts';
import type { Requirements } from './requirements.ts';
import type { ProtectedResource } from './resource/protected-resource.ts';
import type { ExpectedIdToken } from './token/id-token.ts';
import type { VerifiedToken } from './token/verified-token.ts';
import type { VerifyAllOptions } from './verification/verify-all-options.ts';
import type { VerifyOptions } from './verification/verify-options.ts';

/** The result of authenticating a request: data rather than an exception, because denied requests are normal. */
export type AuthResult =
  | GrantedResult<VerifiedToken>
  /** An anonymous request: it has no credentials, and none are required. */
  | GrantedResult<null>
  | { readonly ok: false; readonly error: AnyAuthError };

/** The result for a request that is granted access. */
export interface GrantedResult<TAuth extends VerifiedToken | null> {
  readonly ok: true;
  /** The verified token; null for an anonymous request. */
  readonly auth: TAuth;
  /** Headers that the adapter adds to the application's response; usually empty. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Verifies the access tokens of one issuer, or of several. */
export interface Verifier {
  /** The API that the verifier protects; undefined without the option `resource`. */
  readonly resource?: ProtectedResource | undefined;
  /**
   * Verifies one access token (RFC 7519, section 7.2; RFC 9068, section 4). Checked, in this order: length and form,
   * issuer, signature algorithm, signature, type, audience, client, required claims, times, binding to a key, `validate`,
   * and `requirements`. Not checked: whether the token was revoked or used before, and what its subject may do beyond
   * `requirements`.
   *
   * @param token - The token alone, without `Bearer`.
   * @param options - The requirements that the token must meet; without them, every valid token does. `{ proof, method, url }`
   * is the DPoP proof of a bound token that no HTTP server received (RFC 9449, section 4.3).
   * @throws TokenError if the token is invalid; ProofError if its proof is; AuthenticationError or ScopeError if it does not
   * meet `requirements`; UnavailableError if the keys cannot be loaded; ConfigurationError if `requirements` are wrong. Errors
   * of `validate` are passed on.
   */
  verify(token: string, options?: VerifyOptions): Promise<VerifiedToken>;
  /**
   * Does the same as {@link Verifier.verify} without waiting: verifies the signature on the calling thread. Node.js only.
   *
   * @throws As {@link Verifier.verify} does. UnavailableError with ERR_KEY_SET_NOT_READY if the keys are not loaded: call
   * {@link Verifier.warmUp} first. ConfigurationError if `validate` returns a promise.
   */
  verifySync(token: string, requirements?: Requirements): VerifiedToken;
  /**
   * Verifies many tokens as {@link Verifier.verify} does, `concurrency` of them at a time. Node.js verifies their signatures
   * in the thread pool.
   *
   * @returns One settled result for each token, in the order of the tokens. A refused token does not reject the promise.
   * @throws ConfigurationError if an option is unknown or of the wrong type.
   */
  verifyAll(tokens: Iterable<string>, options?: VerifyAllOptions): Promise<PromiseSettledResult<VerifiedToken>[]>;
  /**
   * Verifies one ID token (OpenID Connect Core 1.0, section 3.1.3.7) with the keys of the same issuers. Checked: form,
   * issuer, signature, type, `aud` and `azp`, `sub`, times, and the members of `expected`. Not checked: `acr`, `amr`, and
   * the options for access tokens (`audience`, `clientIds`, `tokenType`, `requiredClaims`, `maxTokenAge`,
   * `maxLifetime`, `validate`).
   *
   * Refuses an access token with ERR_TOKEN_TYPE. Its header (`at+jwt`) or its claims (`scope`, `scp`, `client_id`, `cid`)
   * identify it. The result is never cached, and has no scopes.
   *
   * @throws TokenError if the token is invalid; UnavailableError if the keys cannot be loaded; ConfigurationError if
   * `expected` is wrong.
   */
  verifyIdToken(token: string, expected: ExpectedIdToken): Promise<VerifiedToken>;
  /**
   * Authenticates a request by the token in its `Authorization` header (RFC 6750, section 2.1), or by the one that
   * `getToken` returns. The token is verified as {@link Verifier.verify} does.
   *
   * On Node.js, a request without a new signature has a synchronous result: a cached, malformed or absent token, unless
   * `validate` returns a promise. Other results are promises. Node.js verifies a new signature in the thread pool, so that
   * other requests continue.
   *
   * @param requirements - The requirements of the route. Without them, the request must have a valid token, unless the
   * verifier is `optional`.
   * @returns The verified token, null for an anonymous request, or the error to answer with. Never rejects because of a
   * client or the network.
   * @throws ConfigurationError, as a rejection, if `requirements` are wrong. Errors of `validate`, `getToken` and a `claims`
   * predicate also reject.
   */
  authenticate(request: RequestLike, requirements?: Requirements): AuthResult | Promise<AuthResult>;
  /**
   * Returns the HTTP answer to a denied request: status, headers and body (RFC 6750, section 3).
   *
   * @param requirements - The requirements of the route. With the option `resource`, the challenge names all its scopes.
   */
  challenge(error: AnyAuthError, requirements?: Requirements): Challenge;
  /**
   * Loads the keys of every configured issuer, so that no request waits for them. With a resolver, only the issuers that
   * were resolved before are loaded.
   *
   * @throws AggregateError with an UnavailableError for each issuer that failed. The keys of the others are loaded. Rejects
   * with ERR_CLOSED after {@link Verifier.close}.
   */
  warmUp(): Promise<void>;
  /**
   * Whether the keys of every configured issuer are loaded and trusted. For a readiness probe. A call counts as use: it
   * starts to fetch missing keys in the background, and keeps loaded ones fresh.
   */
  ready(): boolean;
  /** Returns counters of this verifier and the state of each issuer, as a copy in plain JSON. Durations are in seconds. */
  stats(): VerifierStats;
  /**
   * Removes the cached keys, metadata and tokens of an issuer, for every verifier of the process that shares them. Later
   * tokens cause a fetch.
   *
   * @param issuer - The issuer to clear. Absent: every issuer of this verifier.
   */
  clear(issuer?: string): void;
  /**
   * Closes the verifier: later verifications fail with ERR_CLOSED. Connections and cached keys that other verifiers share
   * stay until the last of them is closed. May be called more than once. Never rejects.
   */
  close(): Promise<void>;
}

/** A {@link Verifier} that may accept requests without credentials as anonymous. */
export interface OptionalVerifier extends Verifier {
  /** The option `optional` of the verifier. */
  readonly optional: boolean;
}

/** The type of a verifier for the type of its option `optional`. */
export type VerifierFor<TOptional extends boolean> = true extends TOptional ? OptionalVerifier : Verifier;
