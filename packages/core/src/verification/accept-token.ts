import { denyAccess } from '../authorization/deny-access.ts';
import { noRequirements } from '../authorization/resolve-requirements.ts';
import type { ResolvedRequirements } from '../authorization/resolved-requirements.ts';
import { denyUnprovedBinding } from '../binding/deny-unproved-binding.ts';
import { ConfigurationError, TokenError } from '../errors.ts';
import { andThen, type MaybePromise } from '../lib/maybe-promise.ts';
import { attributeTo } from '../observability/error-issuer.ts';
import type { Verdict } from '../options/options.ts';
import type { VerifiedToken } from '../token/verified-token.ts';
import type { VerificationContext } from './verification-context.ts';

/** The `validate` option of the application. */
export type Validate = (token: VerifiedToken) => Verdict | Promise<Verdict>;

/**
 * The steps after the claims, in this order: binding, `validate`, requirements. They run on every request, also for a
 * cached token.
 *
 * @throws AuthError if a step refuses the token. May also reject.
 */
export function acceptToken(
  token: VerifiedToken,
  validate: Validate | undefined,
  context: VerificationContext,
  isBindingVerified = false,
): MaybePromise<VerifiedToken> {
  if (!isBindingVerified && token.confirmation !== undefined) {
    throw attributeTo(token.issuer, denyUnprovedBinding());
  }
  const { requirements, isSync } = context;
  if (validate === undefined) return requirements === noRequirements ? token : authorize(token, requirements);
  const verdict = settled(validate(token));
  if (isSync && verdict instanceof Promise) throw asyncValidate(verdict);
  return andThen(verdict, (objection) => {
    if (typeof objection !== 'string') return authorize(token, requirements);
    throw attributeTo(token.issuer, new TokenError('ERR_TOKEN_REJECTED', `The token was rejected: ${objection}`));
  });
}

function authorize(token: VerifiedToken, requirements: ResolvedRequirements): VerifiedToken {
  const denied = denyAccess(token, requirements);
  if (denied !== undefined) throw attributeTo(token.issuer, denied);
  return token;
}

function asyncValidate(verdict: Promise<unknown>): ConfigurationError {
  // Nothing awaits the verdict, so that its rejection would be unhandled.
  verdict.catch(() => undefined);
  return new ConfigurationError('validate returns a promise, which verifySync cannot wait for: use verify');
}

// A function of the application may return a thenable that is not a Promise.
function settled<TValue>(value: TValue | Promise<TValue>): MaybePromise<TValue> {
  const isThenable = typeof value === 'object' && value !== null && 'then' in value;
  return isThenable ? Promise.resolve(value) : value;
}
