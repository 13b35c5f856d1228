import type { Requirements } from './authorization/requirements.ts';
import type { AnyAuthError } from './errors.ts';
import type { VerifierStats } from './observability/stats.ts';
import type { Challenge } from './request/challenge.ts';
import type { RequestLike } from './request/request.ts';
import type { ExpectedIdToken } from './token/id-token.ts';
import type { VerifiedToken } from './token/verified-token.ts';
import type { VerifyAllOptions } from './verification/verify-all-options.ts';

/** The result of authenticating a request: data rather than an exception, because denied requests are normal. */
export type AuthResult =
  | GrantedResult<VerifiedToken>
  /** An anonymous request: it has no credentials, and none are required. */
  | GrantedResult<null>
  | { readonly ok: false; readonly error: AnyAuthError };

/** The result for a request that is let through. */
export interface GrantedResult<TAuth extends VerifiedToken | null> {
  readonly ok: true;
  readonly auth: TAuth;
  /** Headers that the adapter adds to the application's response; usually empty. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Judges the access tokens of one issuer, or of several. */
export interface Verifier {
  /**
   * Verifies one access token: form, issuer, signature, type, times, audience, client, required claims, and whether it
   * is bound to a key. Not checked: whether it was revoked, and what its subject may do, beyond `requirements`.
   *
   * @throws AuthError where it is refused, and where the keys cannot be had.
   */
  verify(token: string, requirements?: Requirements): Promise<VerifiedToken>;
  /**
   * {@link Verifier.verify} without waiting: the signature is checked on the calling thread. Node.js only; `validate` must not return a promise.
   *
   * @throws AuthError, with ERR_KEY_SET_NOT_READY where keys have to be fetched first: {@link Verifier.warmUp} does.
   */
  verifySync(token: string, requirements?: Requirements): VerifiedToken;
  /**
   * Verifies many tokens, on Node.js with the other cores. Results stand in the order of the tokens.
   *
   * @throws ConfigurationError if an option is unknown or of the wrong type.
   */
  verifyAll(tokens: Iterable<string>, options?: VerifyAllOptions): Promise<PromiseSettledResult<VerifiedToken>[]>;
  /**
   * Verifies one ID token (OpenID Connect Core 1.0, section 3.1.3.7), with the keys of the same issuers: `aud` and
   * `azp`, `nonce`, times, and whatever else is expected. An access token is refused with ERR_TOKEN_TYPE, known by its
   * header (`at+jwt`) or by claims that say what API it is for (`scope`, `scp`, `client_id`, `cid`). `audience`,
   * `clientIds`, `requiredClaims`, `maxTokenAge` and `validate` are about access tokens and play no part.
   *
   * @throws AuthError where it is refused, and where the keys cannot be had; ConfigurationError where `expected` cannot
   *   work.
   */
  verifyIdToken(token: string, expected: ExpectedIdToken): Promise<VerifiedToken>;
  /**
   * Judges a request by the token in its `Authorization` header. On Node.js the result is there at once, and is not a
   * promise, for a token that was seen before; the signature of another one is checked on the thread pool, so that
   * other requests go on meanwhile.
   *
   * Never rejects because of a client, or of the network; only where `validate` or `getToken` throws.
   */
  authenticate(request: RequestLike, requirements?: Requirements): AuthResult | Promise<AuthResult>;
  /** The answer to a request that was refused: status, headers, and body. */
  challenge(error: AnyAuthError): Challenge;
  /**
   * Has the keys of every configured issuer in memory when it is done, so that no request waits for them.
   *
   * @throws AggregateError with an UnavailableError for each issuer that failed; the others are loaded all the same.
   */
  warmUp(): Promise<void>;
  /**
   * Whether the keys of every configured issuer are in memory and trusted; for a readiness probe. Asking counts as use:
   * keys that are missing are fetched in the background, and those at hand are kept fresh.
   */
  ready(): boolean;
  /** What was done, and the state of each issuer, as plain JSON. */
  stats(): VerifierStats;
  /** Forgets keys, metadata and proven tokens of one issuer, or of all, for everyone in the process who shares them. */
  clear(issuer?: string): void;
  /** Gives up this verifier's share of keys and connections; who comes last closes them. May be called twice. */
  close(): Promise<void>;
}
