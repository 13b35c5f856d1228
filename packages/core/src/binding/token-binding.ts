import type { MaybePromise } from '../lib/maybe-promise.ts';
import type { RequestLike } from '../request/request.ts';
import type { VerifiedToken } from '../token/verified-token.ts';

/** Verifies that the sender of a token possesses the key that the token is bound to. Asked on every request. */
export interface TokenBinding {
  /**
   * @param digest - SHA-256 of the token, with one character for each byte; undefined if nothing has computed it.
   * @param request - Undefined for a bare token.
   * @throws TokenError or ProofError if the sender does not show possession; UnavailableError if that cannot be decided. May also reject.
   */
  verify(token: VerifiedToken, digest: string | undefined, request: RequestLike | undefined): MaybePromise<void>;
  /** The headers that the response to a granted request must have. */
  headersOf(token: VerifiedToken): Readonly<Record<string, string>> | undefined;
}
