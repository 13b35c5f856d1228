import { type AnyAuthError, isAuthError } from '../errors.ts';
import type { MaybePromise } from '../lib/maybe-promise.ts';

/** Names DPoP as the scheme of the request in an error, for the challenge. Returns the error. */
export function nameScheme<TError extends AnyAuthError>(error: TError): TError {
  return Object.assign(error, { scheme: 'DPoP' as const });
}

/** Runs the verification of a request with the scheme DPoP, and names the scheme in its error. */
export function withScheme<TResult>(run: () => MaybePromise<TResult>): MaybePromise<TResult> {
  const named = (error: unknown): never => {
    throw isAuthError(error) ? nameScheme(error) : error;
  };
  try {
    const result = run();
    return result instanceof Promise ? result.catch(named) : result;
  } catch (error) {
    return named(error);
  }
}
