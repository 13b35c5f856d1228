import type { MaybePromise } from '../lib/maybe-promise.ts';
import type { Credentials } from '../request/credentials.ts';
import type { VerifiedToken } from '../token/verified-token.ts';
import type { VerificationContext } from './verification-context.ts';

/** Verifies access tokens of one format. */
export interface TokenVerifier {
  /**
   * Verifies a token, its binding, and the requirements of the context.
   *
   * @throws AuthError if the token is refused or cannot be verified. May also reject.
   */
  verify(credentials: Credentials, context: VerificationContext): MaybePromise<VerifiedToken>;
}
