import { type AnyAuthError, isAuthError } from '../errors.ts';
import type { MaybePromise } from '../lib/maybe-promise.ts';

/** Names DPoP as the scheme of the request in an error, for the challenge. Returns the error. */
export function nameScheme<TError extends AnyAuthError>(error: TError): TError {
  return Object.assign(error, { scheme: 'DPoP' as const });
}

/** Runs the verification of a request with the scheme DPoP, and names the scheme in its error. */
export function withScheme<TResult>(run: () => MaybePromise<TResult>): MaybePromise<TResult> {
  return inErrors(run, nameScheme);
}

/** Runs the steps after an accepted proof, and puts the nonce that the client must use next into their error. */
export function withNonce<TResult>(nonce: string | undefined, run: () => MaybePromise<TResult>): MaybePromise<TResult> {
  return nonce === undefined ? run() : inErrors(run, (error) => Object.assign(error, { nonce }));
}

function inErrors<TResult>(
  run: () => MaybePromise<TResult>,
  add: (error: AnyAuthError) => AnyAuthError,
): MaybePromise<TResult> {
  const named = (error: unknown): never => {
    throw isAuthError(error) ? add(error) : error;
  };
  try {
    const result = run();
    return result instanceof Promise ? result.catch(named) : result;
  } catch (error) {
    return named(error);
  }
}
